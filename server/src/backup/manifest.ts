import { z } from "zod";
import { ArchiveFault } from "./backup-error.ts";

/** Changes with what an archive has in it. Programs read their own format and older ones. */
export const formatVersion = 1;

const count = z.int().nonnegative();

const schema = z.strictObject({
  format: z.literal(formatVersion),
  /** The program that made it. */
  parley: z.string().max(50),
  engine: z.enum(["sqlite", "postgres"]),
  schema: z.int().positive(),
  epoch: z.string().min(1).max(64),
  madeAt: z.iso.datetime(),
  rows: z.record(z.string().max(64), count),
  heads: z.record(z.string().max(64), count),
  /** Where the bytes of files are. Only those of a folder are in the archive. */
  files: z.enum(["folder", "s3", "cloudinary"]),
});

/** The first entry of an archive: what is in it, as it was at one moment. */
export type Manifest = Readonly<z.output<typeof schema>>;

/** Throws `ArchiveFault`, with a text of its own for what a newer program has made. */
export function parseManifest(text: string): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ArchiveFault("manifest.json is damaged");
  }
  const format = z.object({ format: z.int() }).safeParse(value).data?.format ?? 0;
  if (format > formatVersion) {
    throw new ArchiveFault(
      `it has format ${format} and this version of Parley knows only ${formatVersion}: use the newer version that made it`,
    );
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new ArchiveFault("manifest.json is damaged");
  return parsed.data;
}
