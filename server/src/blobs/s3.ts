import { openAsBlob } from "node:fs";
import { AwsV4Signer } from "aws4fetch";
import type { Blobs } from "../app.ts";
import { ask, readStored, toHeaders, unavailable } from "./remote.ts";

export interface S3Settings {
  /** Such as `https://s3.eu-north-1.amazonaws.com`; the bucket is the first part of the path. */
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly accessKey: string;
  readonly secretKey: string;
}

/**
 * Bytes in any store that speaks S3. Each request is signed for its method, key, headers and content, so whoever sees one
 * can do nothing else with it. Objects get no access list: they are as private as their bucket.
 */
export function openS3Blobs({ endpoint, region, bucket, accessKey, secretKey }: S3Settings): Blobs {
  const cache = new Map<string, ArrayBuffer>();
  const send = async (method: string, key: string, headers: Readonly<Record<string, string>>, body?: Blob) => {
    const signer = new AwsV4Signer({
      method,
      url: `${endpoint}/${bucket}/${key}`,
      headers,
      accessKeyId: accessKey,
      secretAccessKey: secretKey,
      region,
      service: "s3",
      allHeaders: true,
      cache,
    });
    const signed = await signer.sign();
    return ask(signed.url.href, { method, headers: signed.headers, ...(body && { body }) });
  };
  return {
    async put(key, { path, bytes, sha256 }) {
      const headers = {
        "content-length": String(bytes),
        "content-type": "application/octet-stream",
        "x-amz-content-sha256": sha256,
      };
      const { status } = await send("PUT", key, headers, await openAsBlob(path));
      if (status !== 200) throw unavailable();
    },
    async get(key, range) {
      const headers = { ...toHeaders(range), "x-amz-content-sha256": noContent };
      return readStored(await send("GET", key, headers), range ? 206 : 200);
    },
    async remove(key) {
      const { status } = await send("DELETE", key, { "x-amz-content-sha256": noContent });
      if (status !== 204 && status !== 200 && status !== 404) throw unavailable();
    },
    freeBytes: async () => null,
  };
}

/** The SHA-256 of nothing. */
const noContent = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
