/**
 * What a file is, told from its first bytes: names and headers are only what a sender says. The pictures are those that
 * are drawn anew; what a browser might run, or ask another to, has no type of its own.
 */
export function typeOf(head: Uint8Array): string {
  const known = signatures.find(([, ...parts]) => parts.every(([at, bytes]) => isAt(head, at, bytes)));
  if (known) return known[0];
  return isPlainText(head) ? "text/plain" : "application/octet-stream";
}

export const isPicture = (type: string): boolean => type.startsWith("image/");

/** Whether a browser may show it in its place. All else is for download. */
export const isShown = (type: string): boolean => /^(image|audio|video)\//.test(type);

type Part = readonly [at: number, bytes: string];

const signatures: readonly (readonly [type: string, ...parts: Part[]])[] = [
  ["image/png", [0, "\x89PNG\r\n\x1a\n"]],
  ["image/jpeg", [0, "\xff\xd8\xff"]],
  ["image/gif", [0, "GIF87a"]],
  ["image/gif", [0, "GIF89a"]],
  ["image/webp", [0, "RIFF"], [8, "WEBP"]],
  ["audio/wav", [0, "RIFF"], [8, "WAVE"]],
  ["audio/mpeg", [0, "ID3"]],
  ["audio/mpeg", [0, "\xff\xfb"]],
  ["audio/flac", [0, "fLaC"]],
  ["audio/ogg", [0, "OggS"]],
  ["audio/mp4", [4, "ftypM4A"]],
  ["video/quicktime", [4, "ftypqt"]],
  ["video/mp4", [4, "ftypisom"]],
  ["video/mp4", [4, "ftypiso"]],
  ["video/mp4", [4, "ftypmp4"]],
  ["video/mp4", [4, "ftypavc1"]],
  ["video/mp4", [4, "ftypM4V"]],
  ["video/webm", [0, "\x1aE\xdf\xa3"]],
  ["application/pdf", [0, "%PDF-"]],
  ["application/zip", [0, "PK\x03\x04"]],
  ["application/gzip", [0, "\x1f\x8b"]],
];

function isAt(head: Uint8Array, at: number, bytes: string): boolean {
  for (let index = 0; index < bytes.length; index++) if (head[at + index] !== bytes.charCodeAt(index)) return false;
  return true;
}

/** Text that is no markup. Its head may end within a character. */
function isPlainText(head: Uint8Array): boolean {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(head, { stream: true });
    return !/[\0-\x08\x0e-\x1f\x7f]/.test(text) && !/<[!?/a-z]/i.test(text);
  } catch {
    return false;
  }
}
