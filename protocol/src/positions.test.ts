import { expect, test } from "bun:test";
import { formatPositions, parsePositions } from "./positions.ts";

test("[EV3] positions survive the way through a header", () => {
  const positions = { epoch: "e-1", topics: { workspace: 3, "user:U1": 0, "room:R1": 57 } };
  expect(formatPositions(positions)).toBe("e-1,workspace=3,user:U1=0,room:R1=57");
  expect(parsePositions(formatPositions(positions))).toEqual(positions);
  expect(parsePositions("e-1")).toEqual({ epoch: "e-1", topics: {} });
});

test.each(["", ",", "e 1", "e1,", "e1,room:R1", "e1,room:R1=-1", "e1,room:R1=x", "e1,room:*=1", "e1,other=1", "e1\n"])(
  "%p is no line of positions",
  (line) => {
    expect(parsePositions(line)).toBe(null);
  },
);

test("as many positions as anyone has fit among the headers of a request", () => {
  const rooms = Array.from({ length: 500 }, (_, n) => [`room:R${String(n).padStart(16, "0")}`, 123_456] as const);
  const line = formatPositions({ epoch: "e1", topics: Object.fromEntries(rooms) });
  expect(line.length).toBeLessThanOrEqual(8 * 1024);
  expect(Object.keys(parsePositions(line)?.topics ?? {}).length).toBeGreaterThan(200);
});
