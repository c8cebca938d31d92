import { createHash, randomUUID } from "node:crypto";
import { openAsBlob } from "node:fs";
import type { Blobs } from "../app.ts";
import { ask, readStored, toHeaders, unavailable } from "./remote.ts";

export interface CloudinarySettings {
  readonly cloud: string;
  readonly apiKey: string;
  readonly apiSecret: string;
  /** Where its upload API is, and where it delivers from. */
  readonly api: string;
  readonly delivery: string;
}

/** Larger files are sent in parts, of which one at a time is in memory. */
const partBytes = 20 * 1024 * 1024;

/**
 * Bytes at Cloudinary, as raw files of the delivery type `authenticated`: without our signature it hands them to nobody.
 * Readers never see its addresses, since Parley asks for the bytes itself once it has looked up their rights.
 */
export function openCloudinaryBlobs({ cloud, apiKey, apiSecret, api, delivery }: CloudinarySettings): Blobs {
  const sha256 = (text: string) => createHash("sha256").update(text);
  /** A form whose signature holds for an hour, and for these parameters alone. */
  const sign = (parameters: Readonly<Record<string, string>>): FormData => {
    const all = { ...parameters, timestamp: String(Math.floor(Date.now() / 1000)) };
    const sorted = Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1));
    const form = new FormData();
    for (const [name, value] of sorted) form.set(name, value);
    form.set("api_key", apiKey);
    form.set("signature", sha256(sorted.map((pair) => pair.join("=")).join("&") + apiSecret).digest("hex"));
    return form;
  };
  const act = (action: "upload" | "destroy", body: FormData, headers: Readonly<Record<string, string>> = {}) =>
    ask(`${api}/v1_1/${cloud}/raw/${action}`, { method: "POST", body, headers });
  return {
    async put(key, { path, bytes }) {
      const file = await openAsBlob(path);
      const form = sign({ public_id: key, type: "authenticated", overwrite: "false" });
      const upload = randomUUID();
      for (let first = 0; first < bytes; first += partBytes) {
        const last = Math.min(first + partBytes, bytes) - 1;
        form.set("file", file.slice(first, last + 1), key);
        const parts = { "x-unique-upload-id": upload, "content-range": `bytes ${first}-${last}/${bytes}` };
        const answer = await act("upload", form, bytes > partBytes ? parts : {});
        const told: unknown = await answer.json().catch(() => null);
        if (!answer.ok) throw unavailable();
        const isAsSent =
          isRecord(told) && told.public_id === key && told.type === "authenticated" && told.bytes === bytes;
        if (last === bytes - 1 && !isAsSent) throw unavailable();
      }
    },
    async get(key, range) {
      const signature = sha256(key + apiSecret)
        .digest("base64url")
        .slice(0, 32);
      const url = `${delivery}/${cloud}/raw/authenticated/s--${signature}--/${key}`;
      return readStored(await ask(url, { headers: toHeaders(range) }), range ? 206 : 200);
    },
    async remove(key) {
      const answer = await act("destroy", sign({ public_id: key, type: "authenticated", invalidate: "true" }));
      const told: unknown = await answer.json().catch(() => null);
      const isGone = answer.ok && isRecord(told) && (told.result === "ok" || told.result === "not found");
      if (!isGone) throw unavailable();
    },
    freeBytes: async () => null,
  };
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;
