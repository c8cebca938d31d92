import { expect, test } from "bun:test";
import { type Crop, firstCrop, pushed, sideOf, withinPicture, zoomMax } from "./crop.ts";

const wide = { width: 400, height: 200 };

test("the largest square in the middle comes first", () => {
  expect(firstCrop(wide)).toEqual({ x: 200, y: 100, zoom: 1 });
  expect(sideOf(wide, firstCrop(wide))).toBe(200);
});

test("the kept square follows the hand, and never leaves the picture", () => {
  expect(pushed(wide, firstCrop(wide), 0.25, 0.25)).toEqual({ x: 150, y: 100, zoom: 1 });
  expect(pushed(wide, firstCrop(wide), -9, 9)).toEqual({ x: 300, y: 100, zoom: 1 });
  expect(pushed(wide, { x: 200, y: 100, zoom: 2 }, 0, 0.5)).toEqual({ x: 200, y: 50, zoom: 2 });
});

test.each([
  [
    { x: 0, y: 0, zoom: 4 },
    { x: 25, y: 25, zoom: 4 },
  ],
  [
    { x: 0, y: 200, zoom: 0.1 },
    { x: 100, y: 100, zoom: 1 },
  ],
  [
    { x: 400, y: 200, zoom: 99 },
    { x: 380, y: 180, zoom: zoomMax },
  ],
] satisfies [Crop, Crop][])("%p becomes %p", (crop, kept) => {
  expect(withinPicture(wide, crop)).toEqual(kept);
});
