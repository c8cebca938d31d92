import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Blobs, ByteRange, Spool } from "../app.ts";
import { openSpool } from "./spool.ts";

/** One store of bytes, as its test provides it. */
export interface BlobEngine {
  readonly blobs: Blobs;
  /** Every key that holds bytes, as the engine's own side sees it. */
  keys(): Promise<readonly string[]>;
  dispose(): Promise<void>;
}

/** The suite that each engine must pass. */
export function blobContract(name: string, open: (folder: string) => Promise<BlobEngine>): void {
  describe(`blobs: ${name}`, () => {
    let folder: string;
    let spool: Spool;
    let engine: BlobEngine;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "parley-blobs-"));
      engine = await open(folder);
      spool = await openSpool(join(folder, "incoming"));
    });
    afterAll(async () => {
      await engine.dispose();
      await rm(folder, { recursive: true });
    });

    const keep = async (key: string, bytes: Uint8Array) => {
      const file = await spool.receive(new Blob([new Uint8Array(bytes)]).stream(), bytes.length);
      expect(file.sha256).toBe(createHash("sha256").update(bytes).digest("hex"));
      await engine.blobs.put(key, file);
      await file.discard();
    };
    const read = async (key: string, range?: ByteRange) => {
      const found = await engine.blobs.get(key, range);
      if (!found) return null;
      const bytes = new Uint8Array(await new Response(found.stream).arrayBuffer());
      expect(found.bytes).toBe(bytes.length);
      return bytes;
    };

    test("[FI8] what is put is there to the last byte, and in any part", async () => {
      const bytes = randomBytes(300_001);
      await keep("FBYTES", bytes);
      expect(await read("FBYTES")).toEqual(new Uint8Array(bytes));
      for (const [first, last] of [
        [0, 0],
        [65_535, 65_536],
        [300_000, 300_000],
        [0, 300_000],
      ] as const) {
        expect(await read("FBYTES", { first, last })).toEqual(new Uint8Array(bytes.subarray(first, last + 1)));
      }
      expect(await engine.keys()).toEqual(["FBYTES"]);
    });

    test("[FI8] one byte, and several megabytes, are files like others", async () => {
      const large = randomBytes(21 * 1024 * 1024);
      await Promise.all([keep("FONE", new Uint8Array([7])), keep("FLARGE-thumbnail", large)]);
      expect(await read("FONE")).toEqual(new Uint8Array([7]));
      expect(Buffer.compare((await read("FLARGE-thumbnail")) ?? new Uint8Array(), large)).toBe(0);
    });

    test("[FI8] what is removed is gone, and may be removed again", async () => {
      await keep("FGONE", new Uint8Array([1, 2, 3]));
      await engine.blobs.remove("FGONE");
      await engine.blobs.remove("FGONE");
      expect(await read("FGONE")).toBeNull();
      expect(await read("FGONE", { first: 0, last: 1 })).toBeNull();
      expect(await engine.keys()).not.toContain("FGONE");
    });

    test("[FI8] a reader that goes away in the middle is no trouble", async () => {
      await keep("FHALF", randomBytes(500_000));
      const found = await engine.blobs.get("FHALF");
      const reader = found?.stream.getReader();
      expect((await reader?.read())?.done).toBe(false);
      await reader?.cancel();
      expect((await read("FHALF", { first: 0, last: 9 }))?.length).toBe(10);
    });
  });
}
