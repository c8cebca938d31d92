import type { ByteRange } from "../app.ts";

/**
 * The part that a `Range` header asks of something with `size` bytes: null for all of it, `unsatisfiable` for what cannot
 * be had. One range is served; several are refused, since they can ask for the same bytes ten thousand times.
 */
export function parseRange(header: string | undefined, size: number): ByteRange | null | "unsatisfiable" {
  if (header === undefined || !/^bytes=/i.test(header)) return null;
  const [, from = "", to = ""] = /^bytes=\s*(\d{0,15})-(\d{0,15})\s*$/i.exec(header) ?? [];
  if (from === "" && to === "") return "unsatisfiable";
  const first = from === "" ? Math.max(0, size - Number(to)) : Number(from);
  const last = from === "" || to === "" ? size - 1 : Math.min(Number(to), size - 1);
  return first <= last ? { first, last } : "unsatisfiable";
}
