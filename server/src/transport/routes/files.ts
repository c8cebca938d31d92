import { createRoute } from "@hono/zod-openapi";
import { userSchema } from "@parley/protocol/http/accounts";
import { attachmentSchema, fileParams, uploadQuery } from "@parley/protocol/http/messages";
import { roomParams } from "@parley/protocol/http/rooms";
import { workspaceSchema } from "@parley/protocol/http/workspace";
import type { Attachment, User, Workspace } from "@parley/protocol/model";
import type { Context } from "hono";
import { z } from "zod";
import type { StoredBytes } from "../../app.ts";
import { isShown } from "../../domain/file-types.ts";
import {
  getFile,
  type Incoming,
  openFile,
  openPicture,
  openThumbnail,
  putAvatar,
  putPicture,
  removeAvatar,
  removePicture,
  removeUpload,
  uploadFile,
} from "../../domain/files.ts";
import type { SignedIn } from "../../store/accounts.ts";
import { parseRange } from "../ranges.ts";
import {
  answers,
  anyone,
  type Env,
  type Http,
  problem,
  type RouteOptions,
  security,
  signedIn,
  silent,
} from "../route.ts";

const tags = ["files"];
const sandbox = "sandbox; default-src 'none'";
const binary = z.string().meta({ format: "binary" });
const bytesBody = { required: true, content: { "application/octet-stream": { schema: binary } } } as const;
const bytesAnswer = {
  200: { description: "The bytes.", content: { "*/*": { schema: binary } } },
  206: { description: "The part that `Range` asked for.", content: { "*/*": { schema: binary } } },
  304: { description: "Those that `If-None-Match` names." },
  416: { description: "There is no such part, or more than one was asked for." },
  default: problem,
} as const;

/** Bodies that their routes read themselves, as they come in. */
export const isStreamed = (method: string, path: string): boolean =>
  method === "POST"
    ? /^\/api\/rooms\/[^/]+\/uploads\/?$/.test(path)
    : method === "PUT" && /^\/api\/(me\/avatar|workspace\/picture)\/?$/.test(path);

export function fileRoutes(http: Http, options: RouteOptions): void {
  const { app } = options;

  http.openapi(
    createRoute({
      method: "post",
      path: "/api/rooms/{room}/uploads",
      tags,
      summary: "Upload a file for a message of a room",
      description: "The body is the file itself. Name its id in `attachments` of a message within a day.",
      security,
      middleware: [signedIn(options, "upload")] as const,
      request: { params: roomParams, query: uploadQuery, body: bytesBody },
      responses: answers(201, "The file, on no message yet.", attachmentSchema),
    }),
    async (context) => {
      const input = { ...context.req.valid("param"), ...context.req.valid("query"), incoming: incomingOf(context) };
      return context.json(await uploadFile(app, context.var.actor, input), 201);
    },
  );

  http.openapi(
    createRoute({
      method: "delete",
      path: "/api/uploads/{id}",
      tags,
      summary: "Take back an upload of mine that is on no message",
      security,
      middleware: [signedIn(options)] as const,
      request: { params: fileParams },
      responses: silent("It is gone."),
    }),
    async (context) => {
      await removeUpload(app, context.var.actor, context.req.valid("param").id);
      return context.body(null, 204);
    },
  );

  http.openapi(
    createRoute({
      method: "get",
      path: "/api/files/{id}",
      tags,
      summary: "The bytes of a file on a message that I may read, or of my own upload",
      security,
      middleware: [signedIn(options)] as const,
      request: { params: fileParams },
      responses: bytesAnswer,
    }),
    async (context) => {
      const file = await getFile(app, context.var.actor, context.req.valid("param").id);
      return deliver(context, file);
    },
  );

  http.openapi(
    createRoute({
      method: "get",
      path: "/api/files/{id}/thumbnail",
      tags,
      summary: "A picture's first frame as WebP, at most 800 pixels wide and high",
      security,
      middleware: [signedIn(options)] as const,
      request: { params: fileParams },
      responses: bytesAnswer,
    }),
    async (context) => {
      const { id } = context.req.valid("param");
      return show(context, `${id}-thumbnail`, "private, no-cache", await openThumbnail(app, context.var.actor, id));
    },
  );

  squareRoutes(http, options, {
    path: "/api/me/avatar",
    whose: "my picture",
    schema: userSchema,
    put: (actor, incoming) => putAvatar(app, actor, incoming),
    remove: (actor) => removeAvatar(app, actor),
  });
  squareRoutes(http, options, {
    path: "/api/workspace/picture",
    whose: "the workspace's picture, as an owner or admin",
    schema: workspaceSchema,
    put: (actor, incoming) => putPicture(app, actor, incoming),
    remove: (actor) => removePicture(app, actor),
  });

  http.openapi(
    createRoute({
      method: "get",
      path: "/api/avatars/{id}",
      tags,
      summary: "Someone's picture, as their user record names it",
      security,
      middleware: [signedIn(options)] as const,
      request: { params: fileParams },
      responses: bytesAnswer,
    }),
    async (context) => {
      const { id } = context.req.valid("param");
      return show(context, id, keptForGood, await openPicture(app, "avatar", id));
    },
  );

  http.openapi(
    createRoute({
      method: "get",
      path: "/api/workspace/picture/{id}",
      tags,
      summary: "The workspace's picture, as its record names it: for anyone, as its name is",
      middleware: [anyone(options)] as const,
      request: { params: fileParams },
      responses: bytesAnswer,
    }),
    async (context) => {
      const { id } = context.req.valid("param");
      return show(context, id, keptForGood, await openPicture(app, "picture", id));
    },
  );

  async function deliver(context: Context<Env>, file: Attachment): Promise<Response> {
    const headers = new Headers({
      "content-type": file.type === "text/plain" ? "text/plain; charset=utf-8" : file.type,
      "content-disposition": toDisposition(file),
      // Asked again each time, since who may read it can change; what it is never does.
      "cache-control": "private, no-cache",
      "content-security-policy": sandbox,
      "accept-ranges": "bytes",
      etag: `"${file.id}"`,
    });
    if (context.req.header("if-none-match") === `"${file.id}"`) return new Response(null, { status: 304, headers });
    const range = parseRange(context.req.header("range"), file.bytes);
    if (range === "unsatisfiable") {
      headers.set("content-range", `bytes */${file.bytes}`);
      return new Response(null, { status: 416, headers });
    }
    if (range) headers.set("content-range", `bytes ${range.first}-${range.last}/${file.bytes}`);
    headers.set("content-length", String(range ? range.last - range.first + 1 : file.bytes));
    const status = range ? 206 : 200;
    if (context.req.raw.method === "HEAD") return new Response(null, { status, headers });
    const { stream } = await openFile(app, file.id, range ?? undefined);
    return new Response(stream, { status, headers });
  }
}

/** Setting a picture, which is kept as a square, and taking it away. */
function squareRoutes<Owner extends User | Workspace>(
  http: Http,
  options: RouteOptions,
  square: {
    readonly path: string;
    readonly whose: string;
    /** What has the picture, which the answer shows as it is now. */
    readonly schema: z.ZodType<Owner>;
    readonly put: (actor: SignedIn, incoming: Incoming) => Promise<Owner>;
    readonly remove: (actor: SignedIn) => Promise<Owner>;
  },
): void {
  const { path, whose, schema } = square;
  const common = { path, tags, security, middleware: signedIn(options, "picture") };
  http.openapi(
    createRoute({
      ...common,
      method: "put",
      summary: `Set ${whose}`,
      description: "The body is a PNG, JPEG, GIF or WebP of at most 10 MiB. A square of 256 pixels is kept.",
      request: { body: bytesBody },
      responses: answers(200, "With the new picture.", schema),
    }),
    async (context) => context.json(await square.put(context.var.actor, incomingOf(context)), 200),
  );
  http.openapi(
    createRoute({
      ...common,
      method: "delete",
      summary: `Take away ${whose}`,
      responses: answers(200, "Without a picture.", schema),
    }),
    async (context) => context.json(await square.remove(context.var.actor), 200),
  );
}

/** Other bytes have another id, which is the one that everybody is then told. */
const keptForGood = "private, max-age=604800, immutable";

/** A picture of our own drawing. */
async function show(context: Context<Env>, tag: string, caching: string, found: StoredBytes): Promise<Response> {
  const headers = new Headers({
    "content-type": "image/webp",
    "content-disposition": "inline",
    "cache-control": caching,
    "content-security-policy": sandbox,
    "content-length": String(found.bytes),
    etag: `"${tag}"`,
  });
  const known = context.req.header("if-none-match") === `"${tag}"`;
  if (!known && context.req.raw.method !== "HEAD") return new Response(found.stream, { headers });
  await found.stream.cancel();
  if (known) headers.delete("content-length");
  return new Response(null, { status: known ? 304 : 200, headers });
}

function incomingOf(context: Context<Env>): Incoming {
  const length = context.req.header("content-length");
  return {
    stream: context.req.raw.body ?? new Blob([]).stream(),
    declaredBytes: length === undefined ? null : Number(length),
  };
}

/** RFC 6266: the name in UTF-8, and in what of ASCII cannot end its quotes for those who do not know that. */
function toDisposition({ name, type }: Attachment): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, "_");
  const encoded = encodeURIComponent(name).replace(/['()*]/g, (each) => `%${each.charCodeAt(0).toString(16)}`);
  return `${isShown(type) ? "inline" : "attachment"}; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
