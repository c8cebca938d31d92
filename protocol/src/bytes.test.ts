import { expect, test } from "bun:test";
import { formatBytes } from "./bytes.ts";

test.each([
  [0, "0 bytes"],
  [1, "1 byte"],
  [999, "999 bytes"],
  [1000, "1 kB"],
  [120_400, "120 kB"],
  [999_700, "1 MB"],
  [1_440_000, "1.4 MB"],
  [25_000_000, "25 MB"],
  [3_200_000_000, "3.2 GB"],
  [5_000_000_000_000, "5000 GB"],
])("%d bytes are %s", (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test.each([
  [1023, "1023 bytes"],
  [1024, "1 KiB"],
  [100 * 2 ** 20, "100 MiB"],
  [5 * 2 ** 30, "5 GiB"],
  [1.25 * 2 ** 40, "1.3 TiB"],
])("%d bytes are %s, as limits are given", (bytes, text) => {
  expect(formatBytes(bytes, 1024)).toBe(text);
});
