import { ParleyError } from "@parley/protocol/errors";
import type { Attachment, FileId } from "@parley/protocol/model";
import type { App, ByteRange, SpooledFile, StoredBytes } from "../app.ts";
import type { FilePurpose, SignedIn } from "../store/store.ts";
import { requireFile, requireRoom } from "./access.ts";
import { toFileName } from "./file-names.ts";
import { typeOf } from "./file-types.ts";
import { newFileId } from "./ids.ts";
import { must } from "./outcome.ts";

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
    await app.blobs.put(id, file);
    const facts = { type, bytes: file.bytes, sha256: file.sha256, width: null, height: null };
    return must(await app.store.finishUpload({ id, facts }));
  });
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

/** The bytes of a file that `getFile` has answered. */
export async function openFile(app: App, id: FileId, range?: ByteRange): Promise<StoredBytes> {
  const found = await app.blobs.get(id, range);
  if (!found) throw new ParleyError("not_found");
  return found;
}

/** Removes the bytes of a file that its row no longer offers, and then the row. What fails here is done by the job. */
export async function removeBytes(app: App, id: FileId): Promise<void> {
  try {
    await app.blobs.remove(id);
    await app.store.dropFile({ id });
  } catch (error) {
    app.log.warn("files.remove_failed", { error: String(error) });
  }
}

/**
 * Receives bytes and lets `keep` store them. The quota is claimed before the first byte, and given back with the bytes when
 * anything fails.
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
  return new ParleyError("too_large", `A file has at most ${Math.floor(maxBytes / 1024 / 1024)} MiB.`);
}
