import { deflateSync } from "node:zlib";
import sharp from "sharp";

/** Pictures to send: honest ones, and ones that lie. */

export interface PictureOptions {
  readonly format?: "png" | "jpeg" | "gif" | "webp";
  /** 1 to 8, as cameras note how they were held. */
  readonly orientation?: number;
}

/** Red on the left half, blue on the right. */
export async function drawPicture(
  width: number,
  height: number,
  { format = "png", orientation }: PictureOptions = {},
): Promise<Uint8Array> {
  const half = { width: Math.ceil(width / 2), height, channels: 3 as const, background: "red" };
  const left = await sharp({ create: half }).png().toBuffer();
  const picture = sharp({ create: { width, height, channels: 3, background: "blue" } })
    .composite([{ input: left, left: 0, top: 0 }])
    .withExif({ IFD0: { Copyright: "the canary" }, IFD3: { GPSLatitude: "59/1 19/1 0/1" } });
  const noted = orientation === undefined ? picture : picture.withMetadata({ orientation });
  return new Uint8Array(await noted.toFormat(format).toBuffer());
}

export const readPicture = (bytes: Uint8Array) => sharp(bytes).metadata();

/** The colour of one pixel, as red, green and blue. */
export async function colourAt(bytes: Uint8Array, x: number, y: number): Promise<readonly number[]> {
  return [...(await sharp(bytes).extract({ left: x, top: y, width: 1, height: 1 }).removeAlpha().raw().toBuffer())];
}

/** A PNG of hardly any bytes that says it is this large. */
export function lyingPng(
  width: number,
  height: number,
  data: Uint8Array = deflateSync(Buffer.alloc(1024)),
): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");
  return Buffer.concat([signature, chunk("IHDR", header), chunk("IDAT", data), chunk("IEND", Buffer.alloc(0))]);
}

/** A GIF whose frames are many, and each of a few bytes. */
export function longGif(frames: number): Uint8Array {
  const header = Buffer.from("GIF89a\x10\x00\x10\x00\x80\x00\x00\xff\x00\x00\x00\x00\xff", "latin1");
  const frame = Buffer.from("\x2c\x00\x00\x00\x00\x10\x00\x10\x00\x00\x02\x02\x44\x01\x00", "latin1");
  return Buffer.concat([header, ...Array<Buffer>(frames).fill(frame), Buffer.from(";")]);
}

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  framed.set(body, 4);
  framed.writeUInt32BE(Bun.hash.crc32(body), body.length + 4);
  return framed;
}
