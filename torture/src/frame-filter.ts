/**
 * Takes whole messages out of what a WebSocket server sends, in whatever pieces it comes. Up to the end of the answer to
 * the upgrade everything passes; so does all of a connection that is not upgraded.
 *
 *     HTTP/1.1 101 … CRLF CRLF │ header payload │ header payload │ …       (server frames are not masked)
 */
export class FrameFilter {
  readonly #isLost: (text: string) => boolean;
  #phase: "answer" | "frames" | "plain" = "answer";
  #kept = Buffer.alloc(0);

  constructor(isLost: (text: string) => boolean) {
    this.#isLost = isLost;
  }

  /** What of it may go on, with what was kept back until it could be told. */
  pass(bytes: Buffer): Buffer {
    if (this.#phase === "plain") return bytes;
    this.#kept = Buffer.concat([this.#kept, bytes]);
    if (this.#phase === "answer" && !isUpgrade(this.#kept)) {
      this.#phase = "plain";
      return this.#kept;
    }
    if (this.#phase === "answer") {
      const end = this.#kept.indexOf("\r\n\r\n");
      if (end === -1) return Buffer.alloc(0);
      this.#phase = "frames";
      const answer = this.#kept.subarray(0, end + 4);
      this.#kept = this.#kept.subarray(end + 4);
      return Buffer.concat([answer, this.#frames()]);
    }
    return this.#frames();
  }

  #frames(): Buffer {
    const passed: Buffer[] = [];
    for (let size = sizeOfFrame(this.#kept); size !== null; size = sizeOfFrame(this.#kept)) {
      const frame = this.#kept.subarray(0, size.header + size.payload);
      this.#kept = this.#kept.subarray(frame.length);
      const isWholeText = frame[0] === 0x81;
      if (!isWholeText || !this.#isLost(frame.subarray(size.header).toString("utf8"))) passed.push(frame);
    }
    return Buffer.concat(passed);
  }
}

const upgraded = "HTTP/1.1 101 ";

/** Whether it begins so, as far as it is there. */
const isUpgrade = (bytes: Buffer): boolean => {
  const start = bytes.subarray(0, upgraded.length).toString("latin1");
  return upgraded.startsWith(start);
};

/** Null while not all of the frame is there. */
function sizeOfFrame(bytes: Buffer): { readonly header: number; readonly payload: number } | null {
  if (bytes.length < 2) return null;
  const short = (bytes[1] ?? 0) & 0x7f;
  const header = short === 126 ? 4 : short === 127 ? 10 : 2;
  if (bytes.length < header) return null;
  const payload = short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short;
  return bytes.length < header + payload ? null : { header, payload };
}
