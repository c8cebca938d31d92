import { describe, expect, test } from "bun:test";
import { messagePath, parseMessageHash, parseNext, parseRoute, roomPath, signInPath, toSafePath } from "./routes.ts";

describe("addresses", () => {
  test("every screen has its address", () => {
    expect(parseRoute("/")).toEqual({ screen: "home" });
    expect(parseRoute("/rooms/")).toEqual({ screen: "home" });
    expect(parseRoute("/reset")).toEqual({ screen: "reset" });
    expect(parseRoute("/forgot")).toEqual({ screen: "forgot" });
    expect(parseRoute("/verify")).toEqual({ screen: "verify" });
    expect(parseRoute("/admin")).toEqual({ screen: "admin", section: "overview" });
    expect(parseRoute("/admin/audit")).toEqual({ screen: "admin", section: "audit" });
    expect(parseRoute("/rooms/boats")).toEqual({ screen: "room", slug: "boats", details: false });
    expect(parseRoute("/rooms/boats/")).toEqual({ screen: "room", slug: "boats", details: false });
    expect(parseRoute("/rooms/boats/details")).toEqual({ screen: "room", slug: "boats", details: true });
    expect(parseRoute("/sign-in")).toEqual({ screen: "sign-in" });
    expect(parseRoute("/sign-up")).toEqual({ screen: "sign-up" });
    expect(parseRoute("/search")).toEqual({ screen: "search" });
    expect(parseRoute("/unread")).toEqual({ screen: "unread" });
    expect(parseRoute("/browse")).toEqual({ screen: "browse" });
    expect(parseRoute("/people/")).toEqual({ screen: "people" });
    expect(parseRoute("/invite/abc_-1")).toEqual({ screen: "invite", code: "abc_-1" });
  });

  test("what is no address leads nowhere, and broken ones break nothing", () => {
    for (const path of ["/api/docs", "/rooms/a/b", "/rooms/a/details/b", "/assets/x.js", "/invite", "/browse/x"]) {
      expect(parseRoute(path)).toEqual({ screen: "unknown" });
    }
    expect(parseRoute("/rooms/%E0%A4%A")).toEqual({ screen: "room", slug: "%E0%A4%A", details: false });
  });

  test("a room's address is read back as it was written", () => {
    expect(parseRoute(roomPath("a/b ü"))).toEqual({ screen: "room", slug: "a/b ü", details: false });
  });

  test("a message is named by its number only", () => {
    expect(messagePath("boats", 42)).toBe("/rooms/boats#m42");
    expect(parseMessageHash("#m42")).toBe(42);
    for (const hash of ["", "#m0", "#m-1", "#42", "#m4x", "#m99999999999999999"])
      expect(parseMessageHash(hash)).toBeNull();
  });

  test("nobody is led to another site after signing in", () => {
    expect(toSafePath("/rooms/boats?x=1#m4")).toBe("/rooms/boats?x=1#m4");
    const elsewhere = [
      "//evil.example",
      "/\\evil.example",
      "/\t/evil.example",
      "https://evil.example",
      "javascript:alert(1)",
      "x",
    ];
    for (const path of [undefined, "", ...elsewhere]) expect(toSafePath(path)).toBe("/");
  });

  test("signing in remembers where to go", () => {
    expect(signInPath("sign-in", {})).toBe("/sign-in");
    expect(signInPath("sign-in", { to: "/" })).toBe("/sign-in");
    const path = signInPath("sign-up", { to: "/rooms/boats#m4", invite: "c&d" });
    expect(parseNext(new URLSearchParams(path.split("?")[1]))).toEqual({ to: "/rooms/boats#m4", invite: "c&d" });
  });
});
