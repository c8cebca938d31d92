import { describe, expect, test } from "bun:test";
import { createClientAddress } from "./client-address.ts";

describe("the address of the client", () => {
  const address = (forwarded: string | null, peer: string, ...trusted: readonly string[]) =>
    createClientAddress(trusted)(
      new Request("http://localhost:3000/", { headers: forwarded === null ? {} : { "x-forwarded-for": forwarded } }),
      peer,
    );

  test("[LM1] is the peer's own when the peer is no trusted proxy, whatever it says", () => {
    expect(address(null, "192.0.2.1")).toBe("192.0.2.1");
    expect(address("10.9.9.9", "192.0.2.1")).toBe("192.0.2.1");
    expect(address("10.9.9.9", "192.0.2.1", "192.0.2.2")).toBe("192.0.2.1");
    expect(address(Array(1000).fill("10.9.9.9").join(","), "192.0.2.1")).toBe("192.0.2.1");
  });

  test("[LM1] is behind a trusted proxy the right-most entry that is not a trusted proxy's", () => {
    expect(address("198.51.100.7", "10.0.0.1", "10.0.0.1")).toBe("198.51.100.7");
    expect(address("1.2.3.4, 198.51.100.7", "10.0.0.1", "10.0.0.1")).toBe("198.51.100.7");
    expect(address("1.2.3.4,198.51.100.7 , 10.0.0.2", "10.0.0.1", "10.0.0.1", "10.0.0.2")).toBe("198.51.100.7");
    expect(address("2001:db8::7", "::1", "::1")).toBe("2001:db8::7");
    expect(address(`${Array(1000).fill("1.2.3.4").join(",")},198.51.100.7`, "10.0.0.1", "10.0.0.1")).toBe(
      "198.51.100.7",
    );
  });

  test("[LM1] is looked for behind every proxy of a trusted range", () => {
    expect(address("198.51.100.7, 172.20.0.9", "10.1.2.3", "10.0.0.0/8", "172.16.0.0/12")).toBe("198.51.100.7");
    expect(address("198.51.100.7, 172.32.0.9", "::ffff:10.1.2.3", "10.0.0.0/8", "172.16.0.0/12")).toBe("172.32.0.9");
    expect(address("198.51.100.7", "11.1.2.3", "10.0.0.0/8")).toBe("11.1.2.3");
    expect(address("198.51.100.7", "fd12::9", "fd00::/8")).toBe("198.51.100.7");
    expect(address("198.51.100.7", "fe12::9", "fd00::/8")).toBe("fe12::9");
    expect(address("198.51.100.7", "10.1.2.3", "::/0")).toBe("10.1.2.3");
    expect(address("198.51.100.7", "fd12::9", "0.0.0.0/0")).toBe("fd12::9");
  });

  test("[LM1] is the proxy's own when it says nothing usable", () => {
    for (const forwarded of [
      null,
      "",
      ",",
      "unknown",
      "_hidden",
      "10.0.0.1",
      "1.2.3.4:80",
      "999.1.1.1",
      "a".repeat(45),
    ]) {
      expect([forwarded, address(forwarded, "10.0.0.1", "10.0.0.1")]).toEqual([forwarded, "10.0.0.1"]);
    }
  });

  test("[LM1] is never an entry left of one that the proxy wrote, even if that one is no address", () => {
    for (const written of ["unknown", "[2001:db8::7]:443", "198.51.100.7:4711", "1:2:3:4:5:6:7:8::9", ""]) {
      expect([written, address(`1.2.3.4, ${written}`, "10.0.0.1", "10.0.0.1")]).toEqual([written, "10.0.0.1"]);
    }
  });

  test("[LM1] is an IPv4 address as such, also when a server that listens on IPv6 sees it as one of those", () => {
    expect(address(null, "::ffff:192.0.2.1")).toBe("192.0.2.1");
    expect(address("198.51.100.7", "::ffff:10.0.0.1", "10.0.0.1")).toBe("198.51.100.7");
    expect(address("::ffff:198.51.100.7, ::ffff:10.0.0.2", "10.0.0.1", "10.0.0.1", "10.0.0.2")).toBe("198.51.100.7");
  });
});
