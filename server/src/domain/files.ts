import { formatBytes } from "@parley/protocol/bytes";
import { ParleyError } from "@parley/protocol/errors";
import { limits } from "@parley/protocol/limits";
import type { Attachment, FileId, FilePurpose, User, Workspace } from "@parley/protocol/model";
import type { App, ByteRange, SpooledFile, StoredBytes } from "../app.ts";
import type { SignedIn } from "../store/accounts.ts";
import type { FileFacts } from "../store/files.ts";
import { requireFile, requireRoom, requireWorkspaceAdmin } from "./access.ts";
import { toBy } from "./audit.ts";
import { toFileName } from "./file-names.ts";
import { isPicture, typeOf } from "./file-types.ts";
import { newFileId } from "./ids.ts";
import { must } from "./outcome.ts";
import { getWorkspace } from "./workspace.ts";

/** Bytes as they come in. `declaredBytes` is null when the sender does not say how many there will be. */
export interface Incoming {
  readonly stream: ReadableStream<Uint8Array>;
  readonly declaredBytes: number | null;
}

/** Takes a file for a message of this room. Until it is on one, it is its uploader's own business. */
export async function uploadFile(
  app: App,
  actor: SignedIn,
  input: { readonly room: string; readonly name: string; readonly incoming: Incoming },
): Promise<Attachment> {
  const { room } = await requireRoom(app, actor, "file.upload", input.room);
  const place = { purpose: "attachment", roomId: room.id, name: toFileName(input.name) } as const;
  return receive(app, actor, place, input.incoming, app.settings.files.fileBytes, async (id, file) => {
    const type = typeOf(file.head);
    const { bytes, sha256 } = file;
    // Before the file itself, whose place in the spool the store may take.
    const size = isPicture(type) ? await storeThumbnail(app, id, file) : null;
    await app.blobs.put(id, file);
    const facts = { type, bytes, sha256, width: size?.width ?? null, height: size?.height ?? null };
    return must(await app.store.finishUpload({ id, facts }));
  });
}

/** Takes a picture as the user's own. What is kept is a square drawn anew; what was sent is not. */
export function putAvatar(app: App, actor: SignedIn, incoming: Incoming): Promise<User> {
  return receiveSquare(app, actor, "avatar", incoming, async (file) =>
    must(await app.store.putAvatar({ userId: actor.user.id, file })),
  );
}

export async function removeAvatar(app: App, actor: SignedIn): Promise<User> {
  return must(await app.store.putAvatar({ userId: actor.user.id, file: null }));
}

/** Takes a picture as the workspace's, likewise. */
export async function putPicture(app: App, actor: SignedIn, incoming: Incoming): Promise<Workspace> {
  requireWorkspaceAdmin(actor);
  await receiveSquare(app, actor, "picture", incoming, async (file) =>
    must(await app.store.putPicture({ file, by: toBy(actor), at: app.clock.now() })),
  );
  return getWorkspace(app);
}

export async function removePicture(app: App, actor: SignedIn): Promise<Workspace> {
  requireWorkspaceAdmin(actor);
  must(await app.store.putPicture({ file: null, by: toBy(actor), at: app.clock.now() }));
  return getWorkspace(app);
}

/** The square that someone, or the workspace, shows now. */
export async function openPicture(app: App, purpose: "avatar" | "picture", id: FileId): Promise<StoredBytes> {
  if (!(await app.store.hasPicture({ id, purpose }))) throw new ParleyError("not_found");
  return openFile(app, id);
}

/** Takes back an upload that is on no message. */
export async function removeUpload(app: App, actor: SignedIn, id: FileId): Promise<void> {
  await requireFile(app, actor, "upload.remove", id);
  must(await app.store.removeUpload({ id, userId: actor.user.id }));
  await removeBytes(app, id);
}

/** A file that this user may read at this moment. */
export async function getFile(app: App, actor: SignedIn, id: FileId): Promise<Attachment> {
  return (await requireFile(app, actor, "file.read", id)).attachment;
}

/** The thumbnail of a picture that this user may read at this moment. */
export async function openThumbnail(app: App, actor: SignedIn, id: FileId): Promise<StoredBytes> {
  const { width } = await getFile(app, actor, id);
  const found = width === undefined ? null : await app.blobs.get(thumbnailOf(id));
  if (!found) throw new ParleyError("not_found");
  return found;
}

/** The bytes of a file that `getFile` has answered. */
export async function openFile(app: App, id: FileId, range?: ByteRange): Promise<StoredBytes> {
  const found = await app.blobs.get(id, range);
  if (!found) throw new ParleyError("not_found");
  return found;
}

/**
 * Removes the bytes of a file that its row no longer offers, and then the row. False when that cannot be done now: the job
 * does it later.
 */
export async function removeBytes(app: App, id: FileId): Promise<boolean> {
  try {
    await app.blobs.remove(thumbnailOf(id));
    await app.blobs.remove(id);
    await app.store.dropFile({ id });
    return true;
  } catch (error) {
    app.log.warn("files.remove_failed", { error: String(error) });
    return false;
  }
}

const thumbnailOf = (id: FileId): string => `${id}-thumbnail`;

/** Answers the picture's size; null when there is no thumbnail to be had, which is no reason to refuse the file. */
async function storeThumbnail(
  app: App,
  id: FileId,
  { path }: SpooledFile,
): Promise<{ readonly width: number; readonly height: number } | null> {
  const drawn = await app.images.render(path, "thumbnail").catch(() => null);
  if (!drawn) return null;
  const thumbnail = await spool(app, drawn.bytes);
  try {
    await app.blobs.put(thumbnailOf(id), thumbnail);
    return drawn;
  } finally {
    await thumbnail.discard();
  }
}

function receiveSquare<T>(
  app: App,
  actor: SignedIn,
  purpose: "avatar" | "picture",
  incoming: Incoming,
  keep: (file: { readonly id: FileId; readonly facts: FileFacts }) => Promise<T>,
): Promise<T> {
  const place = { purpose, roomId: null, name: "" };
  return receive(app, actor, place, incoming, limits.pictureBytes, async (id, file) => {
    const drawn = isPicture(typeOf(file.head)) ? await app.images.render(file.path, "square") : null;
    if (!drawn)
      throw new ParleyError("invalid", "That is not a picture that can be shown. Try a PNG, JPEG, GIF or WebP.");
    const square = await spool(app, drawn.bytes);
    try {
      const { bytes, sha256 } = square;
      await app.blobs.put(id, square);
      return await keep({ id, facts: { type: "image/webp", bytes, sha256, width: null, height: null } });
    } finally {
      await square.discard();
    }
  });
}

const spool = (app: App, bytes: Uint8Array): Promise<SpooledFile> =>
  app.spool.receive(new Blob([new Uint8Array(bytes)]).stream(), bytes.byteLength);

/**
 * Receives bytes and lets `keep` store them. The quota is claimed before the first byte, and given back with the bytes when
 * anything fails: the write that keeps the file is the last thing that `keep` does.
 */
async function receive<T>(
  app: App,
  actor: SignedIn,
  place: { readonly purpose: FilePurpose; readonly roomId: string | null; readonly name: string },
  { stream, declaredBytes }: Incoming,
  maxBytes: number,
  keep: (id: FileId, file: SpooledFile) => Promise<T>,
): Promise<T> {
  if (declaredBytes === 0) throw new ParleyError("invalid", "The file is empty.");
  if (declaredBytes !== null && declaredBytes > maxBytes) throw tooLarge(maxBytes);
  const id = newFileId();
  const { userBytes, workspaceBytes, fileBytes } = app.settings.files;
  must(
    await app.store.createUpload({
      id,
      ...place,
      userId: actor.user.id,
      bytes: declaredBytes ?? maxBytes,
      quota: { pendingBytes: 10 * fileBytes, userBytes, workspaceBytes },
      at: app.clock.now(),
    }),
  );
  let file: SpooledFile | null = null;
  try {
    file = await app.spool.receive(stream, maxBytes);
    if (file.bytes === 0) throw new ParleyError("invalid", "The file is empty.");
    return await keep(id, file);
  } catch (error) {
    await removeBytes(app, id);
    throw error instanceof ParleyError && error.code === "too_large" ? tooLarge(maxBytes) : error;
  } finally {
    await file?.discard();
  }
}

function tooLarge(maxBytes: number): ParleyError {
  return new ParleyError("too_large", `A file has at most ${formatBytes(maxBytes, 1024)}.`);
}
