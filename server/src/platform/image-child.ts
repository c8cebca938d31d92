import sharp from "sharp";
import type { Rendition } from "../app.ts";

/** The program of the child in which pictures are decoded; see `images.ts`. It ends with its parent. */

export interface ToImageChild {
  readonly path: string;
  readonly as: "thumbnail" | "square";
  readonly pixels: number;
}

export type FromImageChild =
  | { readonly type: "ready" }
  | { readonly type: "rendition"; readonly rendition: Rendition | null };

const thumbnailSize = 800;
const squareSize = 256;

sharp.cache(false);
sharp.concurrency(1);
// These four and no other decoder, whatever a file's bytes look like.
sharp.block({ operation: ["VipsForeignLoad"] });
sharp.unblock({
  operation: [
    "VipsForeignLoadJpegFile",
    "VipsForeignLoadPngFile",
    "VipsForeignLoadNsgifFile",
    "VipsForeignLoadWebpFile",
  ],
});

process.on("message", async (job: ToImageChild) => {
  tell({ type: "rendition", rendition: await render(job).catch(() => null) });
});
process.on("disconnect", () => process.exit());
tell({ type: "ready" });

/** The first frame, upright, without anything that the file says beside its pixels. */
async function render({ path, as, pixels }: ToImageChild): Promise<Rendition | null> {
  const picture = sharp(path, { pages: 1, limitInputPixels: pixels, sequentialRead: true, failOn: "error" });
  // Read from the header: nothing is decoded yet.
  const { autoOrient: upright } = await picture.metadata();
  if (upright.width * upright.height > pixels) return null;
  const drawn =
    as === "square"
      ? picture.autoOrient().resize(squareSize, squareSize, { fit: "cover" })
      : picture.autoOrient().resize(thumbnailSize, thumbnailSize, { fit: "inside", withoutEnlargement: true });
  const bytes = await drawn.webp({ quality: 82, effort: 2 }).toBuffer();
  return { bytes: new Uint8Array(bytes), width: upright.width, height: upright.height };
}

function tell(message: FromImageChild): void {
  process.send?.(message);
}
