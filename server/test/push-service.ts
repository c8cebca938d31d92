import { createDecipheriv, createECDH, createHmac, randomBytes } from "node:crypto";
import type { Notification, Push } from "@parley/protocol/http/notifications";
import type { Room } from "@parley/protocol/model";
import { type Person, startWithCast, type TestConfig } from "./harness.ts";

/**
 * A push service as browsers have one: it takes what is signed by the key that a browser subscribed with (RFC 8292), and
 * hands it to the browser, which alone can read it (RFC 8291). Everything it is sent wrongly is refused.
 */
export interface PushService extends AsyncDisposable {
  readonly host: string;
  /** What a browser tells the server, for a new address at this service. */
  subscribe(publicKey: string): Subscription;
  /** Keeps requests waiting that come from now on; once `count` do, it resolves with what lets them go on. */
  hold(count: number): Promise<() => void>;
}

export interface Subscription {
  readonly endpoint: string;
  readonly keys: { readonly p256dh: string; readonly auth: string };
  /** What was pushed, as its browser reads it. */
  readonly received: readonly Readonly<Record<string, unknown>>[];
  /** Requests that the service refused, with the reason. */
  readonly refused: readonly string[];
  /** What the service answers to what is signed rightly: 201 unless a test sets another status. */
  status: number;
  /** The next one pushed, past or coming, that was not asked for yet. */
  next(): Promise<Readonly<Record<string, unknown>>>;
}

interface Address {
  readonly publicKey: string;
  readonly subscription: Subscription;
  take(request: Request, origin: string): Promise<number>;
}

/** The cast, with a push service that the server may call. */
export async function startWithPush(config: TestConfig = {}) {
  const service = startPushService();
  const cast = await startWithCast({ ...config, pushHosts: new Set([service.host]) });
  return {
    ...cast,
    service,
    /** Subscribes a new browser of someone. */
    async subscribe(person: Person, preview = true) {
      const { publicKey } = await person.ok<Push>("GET", "/api/push");
      const browser = service.subscribe(publicKey);
      await person.ok("PUT", "/api/push", { endpoint: browser.endpoint, keys: browser.keys, preview });
      return browser;
    },
    async [Symbol.asyncDispose]() {
      await cast[Symbol.asyncDispose]();
      await service[Symbol.asyncDispose]();
    },
  };
}

export const explain = (person: Person, room: Room, id: number) =>
  person.ok<Notification>("GET", `/api/rooms/${room.id}/messages/${id}/notification`);

/** Waits until everything that was due of a message has been done. */
export async function settled(person: Person, room: Room, id: number): Promise<Notification> {
  for (;;) {
    const explanation = await explain(person, room, id);
    if (explanation.outcome !== undefined) return explanation;
    await Bun.sleep(20);
  }
}

export function startPushService(): PushService {
  const addresses = new Map<string, Address>();
  let onRequest = async () => {};
  const server = Bun.serve({
    port: 0,
    hostname: "localhost",
    async fetch(request) {
      const url = new URL(request.url);
      const address = addresses.get(url.pathname);
      await onRequest();
      return new Response(null, { status: address ? await address.take(request, url.origin) : 404 });
    },
  });
  const origin = `http://localhost:${server.port}`;
  return {
    host: `localhost:${server.port}`,
    subscribe(publicKey) {
      const path = `/push/${randomBytes(12).toString("base64url")}`;
      const address = createAddress(publicKey, origin + path);
      addresses.set(path, address);
      return address.subscription;
    },
    hold(count) {
      const { promise: released, resolve: release } = Promise.withResolvers<void>();
      const { promise: held, resolve } = Promise.withResolvers<() => void>();
      let waiting = 0;
      onRequest = () => {
        waiting += 1;
        if (waiting === count) resolve(release);
        return released;
      };
      return held;
    },
    async [Symbol.asyncDispose]() {
      await server.stop(true);
    },
  };
}

function createAddress(publicKey: string, endpoint: string): Address {
  const pair = createECDH("prime256v1");
  const p256dh = pair.generateKeys();
  const auth = randomBytes(16);
  const received: Record<string, unknown>[] = [];
  const refused: string[] = [];
  const waiting: (() => void)[] = [];
  let asked = 0;
  const subscription: Subscription = {
    endpoint,
    keys: { p256dh: p256dh.toString("base64url"), auth: auth.toString("base64url") },
    received,
    refused,
    status: 201,
    async next() {
      const index = asked++;
      while (received.length <= index) await new Promise<void>((resolve) => waiting.push(resolve));
      return received[index] ?? {};
    },
  };
  return {
    publicKey,
    subscription,
    async take(request, origin) {
      const fault = await findFault(request, origin, publicKey);
      if (fault) {
        refused.push(fault);
        return 403;
      }
      const body = Buffer.from(await request.arrayBuffer());
      if (subscription.status === 201) received.push(JSON.parse(decrypt(body, pair, auth)));
      for (const resolve of waiting.splice(0)) resolve();
      return subscription.status;
    },
  };
}

async function findFault(request: Request, origin: string, publicKey: string): Promise<string | null> {
  if (request.method !== "POST") return "not a POST";
  if (!/^\d+$/.test(request.headers.get("ttl") ?? "")) return "no TTL";
  if (request.headers.get("content-encoding") !== "aes128gcm") return "another encoding";
  const authorization = /^vapid t=([^,]+), ?k=(.+)$/.exec(request.headers.get("authorization") ?? "");
  const [, token = "", key = ""] = authorization ?? [];
  if (key !== publicKey) return "another key than the browser subscribed with";
  const [head = "", claims = "", signature = ""] = token.split(".");
  const point = Buffer.from(key, "base64url");
  const x = point.subarray(1, 33).toString("base64url");
  const y = point.subarray(33).toString("base64url");
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const imported = await crypto.subtle.importKey("jwk", { kty: "EC", crv: "P-256", x, y }, algorithm, false, [
    "verify",
  ]);
  const signed = new TextEncoder().encode(`${head}.${claims}`);
  if (!(await crypto.subtle.verify(algorithm, imported, Buffer.from(signature, "base64url"), signed))) {
    return "a wrong signature";
  }
  const { aud, exp, sub } = JSON.parse(Buffer.from(claims, "base64url").toString());
  if (aud !== origin) return "signed for another service";
  if (!(exp > Date.now() / 1000 && exp <= Date.now() / 1000 + 24 * 60 * 60)) return "signed for too long";
  if (!/^(mailto:|https:)/.test(String(sub))) return "nobody to tell";
  return null;
}

/** RFC 8188 with the keys of RFC 8291: one record, ended by its delimiter. */
function decrypt(body: Buffer, pair: ReturnType<typeof createECDH>, auth: Buffer): string {
  const salt = body.subarray(0, 16);
  const keyLength = body[20] ?? 0;
  const sender = body.subarray(21, 21 + keyLength);
  const sealed = body.subarray(21 + keyLength);
  const secret = hkdf(
    auth,
    pair.computeSecret(sender),
    Buffer.concat([Buffer.from("WebPush: info\0"), pair.getPublicKey(), sender]),
    32,
  );
  const key = hkdf(salt, secret, Buffer.from("Content-Encoding: aes128gcm\0"), 16);
  const nonce = hkdf(salt, secret, Buffer.from("Content-Encoding: nonce\0"), 12);
  const decipher = createDecipheriv("aes-128-gcm", key, nonce);
  decipher.setAuthTag(sealed.subarray(-16));
  const plain = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
  return plain.subarray(0, plain.lastIndexOf(2)).toString();
}

function hkdf(salt: Buffer, material: Buffer, info: Buffer, length: number): Buffer {
  const key = createHmac("sha256", salt).update(material).digest();
  return createHmac("sha256", key)
    .update(Buffer.concat([info, Buffer.from([1])]))
    .digest()
    .subarray(0, length);
}
