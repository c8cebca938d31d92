const units = { 1000: ["bytes", "kB", "MB", "GB"], 1024: ["bytes", "KiB", "MiB", "GiB", "TiB"] } as const;

/**
 * A size for people: "7 bytes", "120 kB", "1.4 MB". Beside limits, which the server's settings give in powers of 1024, it
 * counts like them: "5 GiB".
 */
export function formatBytes(bytes: number, base: keyof typeof units = 1000): string {
  let size = bytes;
  let unit = 0;
  while (size >= base - 0.5 && unit < units[base].length - 1) {
    size /= base;
    unit++;
  }
  const digits = unit > 1 && size < 10 ? 1 : 0;
  return bytes === 1 ? "1 byte" : `${size.toFixed(digits).replace(/\.0$/, "")} ${units[base][unit]}`;
}
