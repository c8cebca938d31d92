import { describe, expect, test } from "bun:test";
import { ParleyError } from "@parley/protocol/errors";
import { endedCookie, originOf, readToken, requireSameOrigin, requireSameOriginSocket, sessionCookie } from "./auth.ts";

const token = `${"a".repeat(42)}_`;
const other = "b".repeat(43);
const publicUrl = "https://chat.example.org";

const request = (headers: Readonly<Record<string, string>> = {}) =>
  new Request("http://localhost:3000/api/rooms", { method: "POST", headers });

describe("the session's token", () => {
  test("[AC6] comes in a cookie, whose name depends on HTTPS", () => {
    expect(readToken(request({ cookie: `session=${token}` }), false)).toBe(token);
    expect(readToken(request({ cookie: `__Host-session=${token}` }), true)).toBe(token);
    expect(readToken(request({ cookie: `a=1; session=${token} ;b=2` }), false)).toBe(token);
    expect(readToken(request({ cookie: `a=1;session=${token}` }), false)).toBe(token);
  });

  test("[AC6] over HTTPS a cookie that another host or plain HTTP could have set counts for nothing", () => {
    expect(readToken(request({ cookie: `session=${token}` }), true)).toBeNull();
    expect(readToken(request({ cookie: `__Host-session=${token}` }), false)).toBeNull();
    expect(readToken(request({ cookie: `session=${other}; __Host-session=${token}` }), true)).toBe(token);
  });

  test("is not taken from a cookie whose name only ends or begins alike", () => {
    for (const cookie of [
      `xsession=${token}`,
      `session2=${token}`,
      `Session=${token}`,
      `session[]=${token}`,
      `=${token}`,
    ]) {
      expect([cookie, readToken(request({ cookie }), false)]).toEqual([cookie, null]);
    }
  });

  test("comes as a bearer, which goes before the cookie", () => {
    for (const secure of [true, false]) {
      expect(readToken(request({ authorization: `Bearer ${token}` }), secure)).toBe(token);
    }
    expect(readToken(request({ authorization: `bearer ${token}` }), false)).toBe(token);
    expect(readToken(request({ authorization: `Bearer ${token}`, cookie: `session=${other}` }), false)).toBe(token);
    expect(readToken(request({ authorization: "Bearer wrong", cookie: `session=${other}` }), false)).toBeNull();
  });

  test("is none when it has not the shape of one", () => {
    for (const value of [
      "",
      "a",
      "a".repeat(42),
      "a".repeat(44),
      `${"a".repeat(42)}!`,
      `"${token}"`,
      `${token},${token}`,
    ]) {
      expect([value, readToken(request({ cookie: `session=${value}` }), false)]).toEqual([value, null]);
      expect([value, readToken(request({ authorization: `Bearer ${value}` }), false)]).toEqual([value, null]);
    }
    for (const authorization of [token, `Basic ${token}`, `Bearer ${token} ${token}`, "Bearer", `BearerX ${token}`]) {
      expect(readToken(request({ authorization }), false)).toBeNull();
    }
    expect(readToken(request(), false)).toBeNull();
  });

  test("of many cookies is found without delay", () => {
    const started = performance.now();
    expect(readToken(request({ cookie: `${";".repeat(50_000)}${"a=;".repeat(20_000)}session=${token}` }), false)).toBe(
      token,
    );
    expect(performance.now() - started).toBeLessThan(1000);
  });
});

describe("the cookie that is set", () => {
  test("[AC6] is HttpOnly, SameSite=Lax, for the whole site, for 14 days; over HTTPS Secure and bound to the host", () => {
    expect(sessionCookie(token, false)).toBe(`session=${token}; Path=/; HttpOnly; SameSite=Lax; Max-Age=1209600`);
    expect(sessionCookie(token, true)).toBe(
      `__Host-session=${token}; Path=/; HttpOnly; SameSite=Lax; Max-Age=1209600; Secure`,
    );
  });

  test("is taken back under the same name", () => {
    expect(endedCookie(false)).toBe("session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
    expect(endedCookie(true)).toBe("__Host-session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0; Secure");
  });
});

describe("a state-changing request", () => {
  const isAllowed = (headers: Readonly<Record<string, string>>, origin = publicUrl) => {
    try {
      requireSameOrigin(request(headers), origin);
      return true;
    } catch (error) {
      expect(error).toEqual(new ParleyError("cross_origin"));
      return false;
    }
  };

  test("[HT4] passes from our own origin, and from programs that name none", () => {
    expect(isAllowed({ origin: publicUrl })).toBe(true);
    expect(isAllowed({ "sec-fetch-site": "same-origin", origin: publicUrl })).toBe(true);
    expect(isAllowed({ "sec-fetch-site": "same-origin" })).toBe(true);
    expect(isAllowed({})).toBe(true);
  });

  test("[HT4] is refused from any other, even of the same site", () => {
    for (const site of ["cross-site", "same-site", "none", "", "Same-Origin", "same-origin, cross-site"]) {
      expect([site, isAllowed({ "sec-fetch-site": site, cookie: `session=${token}` })]).toEqual([site, false]);
    }
  });

  test("[HT4] is judged by Sec-Fetch-Site, which no page can set, before Origin", () => {
    expect(isAllowed({ "sec-fetch-site": "cross-site", origin: publicUrl })).toBe(false);
  });

  test("[HT4] is refused when Origin only resembles ours", () => {
    for (const origin of [
      "null",
      "http://chat.example.org",
      "https://chat.example.org:8443",
      "https://chat.example.org.evil.example",
      "https://evil.example/https://chat.example.org",
      "https://evilchat.example.org",
      "https://chat.example.orgevil.example",
      "https://evil.example#chat.example.org",
      "https://chat.example.org@evil.example",
      "https://example.org",
      "https://x.chat.example.org",
      "https://chat-example.org",
      "https://CHAT.example.org.",
      "file://",
      "chat.example.org",
      "https://chat.example.org, https://evil.example",
      "",
    ]) {
      expect([origin, isAllowed({ origin, cookie: `session=${token}` })]).toEqual([origin, false]);
    }
  });

  test("[HT4] without a configured origin compares host and port, as the scheme in front of a proxy is not known", () => {
    const own = originOf(request({ host: "localhost:3000" }), null);
    expect(isAllowed({ origin: "http://localhost:3000" }, own)).toBe(true);
    expect(isAllowed({ origin: "https://localhost:3000" }, own)).toBe(true);
    for (const origin of [
      "http://localhost",
      "http://localhost:30001",
      "http://localhost:3001",
      "http://127.0.0.1:3000",
      "http://localhost:3000.evil.example",
      "null",
    ]) {
      expect([origin, isAllowed({ origin }, own)]).toEqual([origin, false]);
    }
  });

  test("[HT4] needs no origin with a bearer token, which no other site can make a browser send", () => {
    expect(isAllowed({ origin: "https://evil.example", authorization: `Bearer ${token}` })).toBe(true);
  });

  test("[HT4] is refused in spite of a login that the browser adds by itself, such as a proxy's", () => {
    const cookie = `session=${token}`;
    expect(isAllowed({ origin: "https://evil.example", authorization: "Basic YTpi", cookie })).toBe(false);
    expect(isAllowed({ "sec-fetch-site": "same-site", authorization: "Negotiate abc", cookie })).toBe(false);
    expect(isAllowed({ "sec-fetch-site": "same-site", authorization: "Bearer", cookie })).toBe(false);
  });
});

describe("a socket's upgrade", () => {
  const isAllowed = (headers: Readonly<Record<string, string>>) => {
    try {
      requireSameOriginSocket(request(headers), publicUrl);
      return true;
    } catch (error) {
      expect(error).toEqual(new ParleyError("cross_origin"));
      return false;
    }
  };

  test("[SO1] is refused from another origin, whatever else the request says", () => {
    expect(isAllowed({ origin: publicUrl })).toBe(true);
    expect(isAllowed({})).toBe(true);
    for (const origin of [
      "null",
      "https://evil.example",
      "https://chat.example.org.evil.example",
      "https://example.org",
      "",
    ]) {
      expect([origin, isAllowed({ origin })]).toEqual([origin, false]);
      expect(isAllowed({ origin, "sec-fetch-site": "same-origin" })).toBe(false);
      expect(isAllowed({ origin, authorization: `Bearer ${token}` })).toBe(false);
    }
  });
});

describe("our own origin", () => {
  test("is the configured one, whatever the request says", () => {
    expect(originOf(request({ host: "evil.example" }), publicUrl)).toBe(publicUrl);
  });

  test("is else the request's host, and nothing of what a proxy would add", () => {
    expect(originOf(request({ host: "chat.lan:8080" }), null)).toBe("http://chat.lan:8080");
    expect(originOf(request({ host: "[::1]:3000" }), null)).toBe("http://[::1]:3000");
    const headers = { host: "chat.lan", "x-forwarded-host": "evil.example", "x-forwarded-proto": "https" };
    expect(originOf(request(headers), null)).toBe("http://chat.lan");
  });

  test("is localhost when the host is none", () => {
    for (const host of ["", "a b", "[", "a:b:c"]) expect(originOf(request({ host }), null)).toBe("http://localhost");
  });
});
