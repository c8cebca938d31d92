const units = ["bytes", "kB", "MB", "GB"] as const;

/** A size for people: "7 bytes", "120 kB", "1.4 MB". */
export function formatBytes(bytes: number): string {
  let size = bytes;
  let unit = 0;
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1000;
    unit++;
  }
  const digits = unit > 1 && size < 10 ? 1 : 0;
  return bytes === 1 ? "1 byte" : `${size.toFixed(digits).replace(/\.0$/, "")} ${units[unit]}`;
}
