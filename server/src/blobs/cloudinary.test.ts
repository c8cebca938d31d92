import { expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openCloudinaryBlobs } from "./cloudinary.ts";
import { blobContract } from "./contract.ts";
import { openSpool } from "./spool.ts";

const account = { cloud: "parley", apiKey: "1234", apiSecret: "a secret of tests" };

/** A service that does only what is signed for, and hands nothing to whoever cannot sign. */
function startCloudinary() {
  const files = new Map<string, Uint8Array>();
  const parts = new Map<string, Uint8Array[]>();
  const refusals: string[] = [];
  const refuse = (status: number, message: string) => {
    refusals.push(message);
    return Response.json({ error: { message } }, { status });
  };
  const server = Bun.serve({
    port: 0,
    maxRequestBodySize: 100 * 2 ** 20,
    async fetch(request) {
      const { pathname } = new URL(request.url);
      if (request.method === "GET") {
        const [, signature, key = ""] =
          /^\/parley\/raw\/authenticated\/s--([\w-]{32})--\/(F[\w-]+)$/.exec(pathname) ?? [];
        const digest = createHash("sha256").update(`${key}${account.apiSecret}`).digest("base64");
        const expected = digest.replaceAll("+", "-").replaceAll("/", "_").slice(0, 32);
        if (signature !== expected) return refuse(401, "another signature");
        const file = files.get(key);
        if (!file) return new Response("not found", { status: 404 });
        const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.get("range") ?? "") ?? [];
        if (first === undefined || last === undefined) return new Response(file);
        return new Response(file.slice(Number(first), Number(last) + 1), { status: 206 });
      }
      const form = new Map<string, unknown>();
      (await request.formData()).forEach((value, name) => {
        form.set(name, value);
      });
      const fault = findFault(form);
      if (fault) return refuse(401, fault);
      const key = String(form.get("public_id"));
      if (pathname === "/v1_1/parley/raw/destroy") {
        return Response.json({ result: files.delete(key) ? "ok" : "not found" });
      }
      if (pathname !== "/v1_1/parley/raw/upload") return refuse(404, "another path");
      const file = form.get("file");
      if (!(file instanceof Blob)) return refuse(400, "no file");
      if (files.has(key)) return refuse(400, "there already");
      const bytes = new Uint8Array(await file.arrayBuffer());
      const [, first, last, total] =
        /^bytes (\d+)-(\d+)\/(\d+)$/.exec(request.headers.get("content-range") ?? "") ?? [];
      const upload = parts.get(request.headers.get("x-unique-upload-id") ?? "") ?? [];
      const before = upload.reduce((sum, { length }) => sum + length, 0);
      if (total !== undefined) {
        if (Number(first) !== before || Number(last) !== before + bytes.length - 1) return refuse(400, "another part");
        parts.set(request.headers.get("x-unique-upload-id") ?? "", [...upload, bytes]);
        if (Number(last) + 1 < Number(total)) return Response.json({ done: false });
      }
      files.set(key, Buffer.concat([...upload, bytes]));
      return Response.json({ public_id: key, type: form.get("type"), bytes: files.get(key)?.length });
    },
  });
  return { url: `http://localhost:${server.port}`, files, refusals, stop: () => server.stop(true) };
}

function findFault(form: ReadonlyMap<string, unknown>): string | null {
  if (form.get("api_key") !== account.apiKey) return "another key";
  if (form.get("type") !== "authenticated") return "for anyone";
  if (!/^F[\w-]+$/.test(String(form.get("public_id")))) return "another name";
  if (!(Math.abs(Date.now() / 1000 - Number(form.get("timestamp"))) < 3600)) return "expired";
  const signed = [...form].filter(([name]) => !["file", "api_key", "signature"].includes(name));
  const text = signed
    .map(([name, value]) => `${name}=${value}`)
    .toSorted()
    .join("&");
  const expected = createHash("sha256")
    .update(text + account.apiSecret)
    .digest("hex");
  return form.get("signature") === expected ? null : "another signature";
}

blobContract("Cloudinary", async () => {
  const cloudinary = startCloudinary();
  return {
    blobs: openCloudinaryBlobs({ ...account, api: cloudinary.url, delivery: cloudinary.url }),
    keys: async () => [...cloudinary.files.keys()],
    async dispose() {
      expect(cloudinary.refusals).toEqual([]);
      await cloudinary.stop();
    },
  };
});

test("[FI8] UP-18: what is not signed for is refused, and nothing is to be had without a signature", async () => {
  const cloudinary = startCloudinary();
  const folder = await mkdtemp(join(tmpdir(), "parley-cloudinary-"));
  const spool = await openSpool(folder);
  const file = await spool.receive(new Blob(["bytes"]).stream(), 10);
  const hosts = { api: cloudinary.url, delivery: cloudinary.url };
  const wrong = openCloudinaryBlobs({ ...account, ...hosts, apiSecret: "another" });
  await expect(wrong.put("FX", file)).rejects.toMatchObject({ code: "unavailable" });
  await expect(wrong.get("FX")).rejects.toMatchObject({ code: "unavailable" });
  await expect(wrong.remove("FX")).rejects.toMatchObject({ code: "unavailable" });
  expect(cloudinary.refusals).toEqual(Array(3).fill("another signature"));
  const right = openCloudinaryBlobs({ ...account, ...hosts });
  await right.put("FX", file);
  await expect(right.put("FX", file)).rejects.toMatchObject({ code: "unavailable" });
  for (const path of ["raw/upload/FX", "raw/authenticated/FX", `raw/authenticated/s--${"x".repeat(32)}--/FX`]) {
    expect((await fetch(`${cloudinary.url}/parley/${path}`)).status).toBe(401);
  }
  await cloudinary.stop();
  await expect(right.get("FX")).rejects.toMatchObject({ code: "unavailable" });
  await rm(folder, { recursive: true });
});
