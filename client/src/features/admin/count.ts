/** "1 file", "1,200 files". */
export const count = (number: number, thing: string): string =>
  `${number.toLocaleString()} ${thing}${number === 1 ? "" : "s"}`;
