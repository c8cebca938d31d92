import { expect, test } from "bun:test";
import { createHash, createHmac } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { blobContract } from "./contract.ts";
import { openS3Blobs } from "./s3.ts";
import { openSpool } from "./spool.ts";

const account = { region: "eu-north-1", bucket: "parley", accessKey: "AKIATEST", secretKey: "a secret/of+tests" };

/** A store that does only what is signed for: it works the signature out from what it received, by the book. */
function startS3() {
  const objects = new Map<string, Uint8Array>();
  const refusals: string[] = [];
  const server = Bun.serve({
    port: 0,
    maxRequestBodySize: 100 * 2 ** 20,
    async fetch(request) {
      const body = new Uint8Array(await request.arrayBuffer());
      const wrong = findFault(request, body);
      if (wrong) {
        refusals.push(wrong);
        return new Response(wrong, { status: 403 });
      }
      const key = new URL(request.url).pathname.slice(`/${account.bucket}/`.length);
      const object = objects.get(key);
      switch (request.method) {
        case "PUT":
          objects.set(key, body);
          return new Response();
        case "DELETE":
          objects.delete(key);
          return new Response(null, { status: 204 });
        default:
          return object ? part(object, request.headers.get("range")) : new Response("NoSuchKey", { status: 404 });
      }
    },
  });
  return { url: `http://localhost:${server.port}`, objects, refusals, stop: () => server.stop(true) };
}

function part(object: Uint8Array, range: string | null): Response {
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range ?? "") ?? [];
  if (first === undefined || last === undefined) return new Response(object);
  return new Response(object.slice(Number(first), Number(last) + 1), { status: 206 });
}

const hex = (data: string | Uint8Array) => createHash("sha256").update(data).digest("hex");
const hmac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();

function findFault(request: Request, body: Uint8Array): string | null {
  const { headers } = request;
  const url = new URL(request.url);
  if (!url.pathname.startsWith(`/${account.bucket}/F`)) return "another bucket or key";
  const given = /^AWS4-HMAC-SHA256 Credential=([^,]+), SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(
    headers.get("authorization") ?? "",
  );
  if (!given) return "not signed";
  const [, credential = "", signed = "", signature] = given;
  const time = headers.get("x-amz-date") ?? "";
  const at = Date.parse(time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
  if (!(Math.abs(Date.now() - at) < 15 * 60 * 1000)) return "expired";
  const scope = `${time.slice(0, 8)}/${account.region}/s3/aws4_request`;
  if (credential !== `${account.accessKey}/${scope}`) return "another key or scope";
  const names = signed.split(";");
  const owed = ["host", "x-amz-content-sha256", "x-amz-date"];
  if (request.method === "PUT") owed.push("content-length", "content-type");
  if (headers.has("range")) owed.push("range");
  if (owed.some((name) => !names.includes(name))) return "a header that is not signed";
  if (headers.has("x-amz-acl")) return "an access list";
  if (headers.get("x-amz-content-sha256") !== hex(body)) return "another content";
  if (request.method === "PUT" && headers.get("content-length") !== String(body.length)) return "another length";
  const canonical = [
    request.method,
    url.pathname,
    url.search.slice(1),
    ...names.map((name) => `${name}:${(headers.get(name) ?? "").trim()}`),
    "",
    signed,
    headers.get("x-amz-content-sha256"),
  ].join("\n");
  const key = [time.slice(0, 8), account.region, "s3", "aws4_request"].reduce<string | Buffer>(
    hmac,
    `AWS4${account.secretKey}`,
  );
  const expected = hmac(key as Buffer, ["AWS4-HMAC-SHA256", time, scope, hex(canonical)].join("\n")).toString("hex");
  return signature === expected ? null : "another signature";
}

blobContract("S3", async () => {
  const s3 = startS3();
  return {
    blobs: openS3Blobs({ ...account, endpoint: s3.url }),
    keys: async () => [...s3.objects.keys()],
    async dispose() {
      expect(s3.refusals).toEqual([]);
      await s3.stop();
    },
  };
});

test("[FI8] UP-18: a request that is not signed for exactly this is refused, and files are then unavailable", async () => {
  const s3 = startS3();
  const folder = await mkdtemp(join(tmpdir(), "parley-s3-"));
  const spool = await openSpool(folder);
  const file = await spool.receive(new Blob(["bytes"]).stream(), 10);
  const open = (changes: Partial<typeof account>) => openS3Blobs({ ...account, ...changes, endpoint: s3.url });
  for (const [changes, fault] of [
    [{ secretKey: "another" }, "another signature"],
    [{ accessKey: "another" }, "another key or scope"],
    [{ region: "us-east-1" }, "another key or scope"],
    [{ bucket: "another" }, "another bucket or key"],
  ] as const) {
    await expect(open(changes).put("FX", file)).rejects.toMatchObject({ code: "unavailable" });
    await expect(open(changes).get("FX")).rejects.toMatchObject({ code: "unavailable" });
    await expect(open(changes).remove("FX")).rejects.toMatchObject({ code: "unavailable" });
    expect(s3.refusals.splice(0)).toEqual(Array(3).fill(fault));
  }
  await expect(open({}).put("FX", { ...file, sha256: hex("others") })).rejects.toMatchObject({ code: "unavailable" });
  expect(s3.refusals).toEqual(["another content"]);
  expect(s3.objects.size).toBe(0);
  await s3.stop();
  await expect(open({}).get("FX")).rejects.toMatchObject({ code: "unavailable" });
  await rm(folder, { recursive: true });
});
