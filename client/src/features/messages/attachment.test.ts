import { expect, test } from "bun:test";
import { shownSize } from "./attachment.ts";

test.each([
  [
    [200, 100],
    [200, 100],
  ],
  [
    [840, 640],
    [420, 320],
  ],
  [
    [4000, 1000],
    [420, 105],
  ],
  [
    [1000, 4000],
    [80, 320],
  ],
  [
    [1, 1],
    [48, 48],
  ],
  [
    [50_000, 10],
    [420, 48],
  ],
] as const)("a picture of %p is shown at %p", ([width, height], [w, h]) => {
  const attachment = { id: "F", name: "x", type: "image/png", bytes: 1, width, height };
  expect(shownSize(attachment)).toEqual({ width: w, height: h });
});
