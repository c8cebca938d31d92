import { expect, test } from "bun:test";
import { ParleyError } from "@parley/protocol/errors";
import { Http } from "../src/http.ts";
import { ManualClock, settle } from "./harness/manual-clock.ts";

const clock = new ManualClock();

const httpThat = (fetch: (url: string, init: RequestInit) => Promise<Response>, onNotSignedIn = () => {}) =>
  new Http({ origin: "http://test", clock, fetch, onNotSignedIn });

const errorOf = async (promise: Promise<unknown>): Promise<unknown> => promise.then(() => null).catch((error) => error);

test("sends JSON with the login, and returns what comes", async () => {
  const seen: [string, RequestInit][] = [];
  const http = httpThat(async (url, init) => {
    seen.push([url, init]);
    return Response.json({ name: "x" });
  });
  expect(await http.request<{ name: string }>("PATCH", "/rooms/R1", { name: "x" })).toEqual({ name: "x" });
  const [url, init] = seen[0] ?? ["", {}];
  expect(url).toBe("http://test/api/rooms/R1");
  expect(init).toMatchObject({
    method: "PATCH",
    credentials: "same-origin",
    headers: { "content-type": "application/json" },
    body: '{"name":"x"}',
  });
});

test("an answer without a body is undefined", async () => {
  const http = httpThat(async () => new Response(null, { status: 204 }));
  expect(await http.request<void>("DELETE", "/rooms/R1")).toBeUndefined();
});

test("a problem becomes the error it names", async () => {
  const problem = {
    type: "about:blank",
    title: "t",
    status: 429,
    detail: "Wait.",
    code: "rate_limited",
    retryAfterMs: 9,
  };
  const error = await errorOf(httpThat(async () => Response.json(problem, { status: 429 })).get("/me"));
  expect(error).toBeInstanceOf(ParleyError);
  expect(error).toMatchObject({ code: "rate_limited", message: "Wait.", retryAfterMs: 9 });
});

test.each([
  [502, "unavailable"],
  [503, "unavailable"],
  [404, "not_found"],
  [413, "too_large"],
  [429, "rate_limited"],
  [400, "invalid"],
])("a proxy's page with status %d is %s", async (status, code) => {
  const error = await errorOf(httpThat(async () => new Response("<html>", { status })).get("/me"));
  expect(error).toMatchObject({ code });
});

test("a dead network, and a page instead of JSON, are unavailable", async () => {
  const dead = httpThat(async () => {
    throw new TypeError("failed to fetch");
  });
  expect(await errorOf(dead.get("/me"))).toMatchObject({ code: "unavailable" });
  expect(await errorOf(httpThat(async () => new Response("<html>")).get("/me"))).toMatchObject({ code: "unavailable" });
});

test("no answer within fifteen seconds is unavailable", async () => {
  const http = httpThat(
    (_, { signal }) =>
      new Promise((_, reject) => signal?.addEventListener("abort", () => reject(new Error("aborted")))),
  );
  const error = errorOf(http.get("/me"));
  await clock.advance(14_999);
  const early = await Promise.race([error, settle().then(() => "waiting")]);
  expect(early).toBe("waiting");
  await clock.advance(1);
  expect(await error).toMatchObject({ code: "unavailable" });
});

test("tells when nobody is signed in", async () => {
  let told = 0;
  const problem = { status: 401, detail: "", code: "not_signed_in" };
  const http = httpThat(
    async () => Response.json(problem, { status: 401 }),
    () => void told++,
  );
  expect(await errorOf(http.get("/me"))).toMatchObject({ code: "not_signed_in", message: "Sign in first." });
  expect(told).toBe(1);
});
