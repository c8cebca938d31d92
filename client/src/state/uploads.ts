import { formatBytes } from "@parley/protocol/bytes";
import { ParleyError } from "@parley/protocol/errors";
import { limits } from "@parley/protocol/limits";
import type { Attachment, FileId, RoomId } from "@parley/protocol/model";
import { createSignal } from "solid-js";
import type { Upload, UploadState } from "./client.ts";
import type { KeptUploads } from "./kept-uploads.ts";
import type { SendFile } from "./send-file.ts";

/** So many go at a time: more would only slow each other down. */
const atOnce = 2;
/** Files of messages that were sent a while ago are shown from the server. */
const keepFiles = 40;

export interface UploadsOptions {
  readonly origin: string;
  /** What one file may have. */
  readonly fileBytes: () => number;
  readonly sendFile: SendFile;
  readonly kept: KeptUploads;
  /** Takes back an upload that goes on no message. The server does so by itself, later. */
  readonly remove: (id: FileId) => Promise<void>;
}

/**
 * Files on their way to a message. Each room has a tray, where they lie beside what is being written; with the message
 * they leave it. What is ready survives a reload of the page, as the text beside it does.
 *
 *     waiting ──▶ sending ──▶ ready ──▶ taken by a message
 *                  │   ▲        └─────▶ removed: taken back
 *                  ▼   │
 *                 failed
 */
export class Uploads {
  readonly #options: UploadsOptions;
  readonly #trays = new Map<RoomId, Tray>();
  /** What one has chosen here, by its id on the server. */
  readonly #files = new Map<FileId, File>();
  #count = 0;

  constructor(options: UploadsOptions) {
    this.#options = options;
    for (const [room, attachments] of options.kept.load()) {
      this.#tray(room).set(attachments.map((attachment) => LiveUpload.ofAttachment(this.#newKey(), room, attachment)));
    }
  }

  /** Reactive. */
  list(room: RoomId): readonly Upload[] {
    return this.#tray(room).list();
  }

  /** Puts files into the tray and begins to send them. Answers why some were left out, if any were. */
  add(room: RoomId, files: readonly File[]): string | null {
    const tray = this.#tray(room);
    const space = limits.attachmentsPerMessage - tray.items.length;
    const fileBytes = this.#options.fileBytes();
    const fitting = files.filter(({ size }) => size <= fileBytes);
    tray.set([
      ...tray.items,
      ...fitting.slice(0, Math.max(0, space)).map((file) => LiveUpload.ofFile(this.#newKey(), room, file)),
    ]);
    this.#sendNext(room);
    const large = files.find((file) => !fitting.includes(file));
    if (large) return `${large.name} is larger than ${formatBytes(fileBytes, 1024)}.`;
    return fitting.length > space ? `A message has at most ${limits.attachmentsPerMessage} files.` : null;
  }

  retry(upload: Upload): void {
    if (!(upload instanceof LiveUpload) || upload.now.kind !== "failed") return;
    upload.set({ kind: "waiting" });
    this.#sendNext(upload.room);
  }

  remove(upload: Upload): void {
    if (!(upload instanceof LiveUpload)) return;
    const tray = this.#tray(upload.room);
    tray.set(tray.items.filter((other) => other !== upload));
    this.#drop(upload);
    this.#keepReady();
    this.#sendNext(upload.room);
  }

  /** The files of a tray for a message, which has them from now on. Null while some are not ready. */
  take(room: RoomId): readonly Attachment[] | null {
    const tray = this.#tray(room);
    const attachments = attachmentsOf(tray.items);
    if (attachments.length < tray.items.length) return null;
    tray.set([]);
    this.#keepReady();
    return attachments;
  }

  /** What a message has taken lies beside the text again, since there is no such message. */
  putBack(room: RoomId, attachments: readonly Attachment[]): void {
    const tray = this.#tray(room);
    const back = attachments.map((attachment) =>
      LiveUpload.ofAttachment(this.#newKey(), room, attachment, this.#files.get(attachment.id)),
    );
    tray.set([...back, ...tray.items]);
    this.#keepReady();
  }

  /** The chosen file itself: what it shows is seen before the server can show it. */
  file(id: FileId): File | undefined {
    return this.#files.get(id);
  }

  /** Nobody will send them. */
  takeBack(attachments: readonly Attachment[]): void {
    for (const { id } of attachments) {
      this.#files.delete(id);
      this.#options.remove(id).catch(() => {}); // Then the server cleans up after a day.
    }
  }

  /** The connection is back: what failed for want of it goes on. */
  resume(): void {
    for (const [room, tray] of this.#trays) {
      for (const upload of tray.items) if (upload.now.kind === "failed" && upload.now.retryable) this.retry(upload);
      this.#sendNext(room);
    }
  }

  /** Nobody writes in this room any more. */
  clear(room: RoomId): void {
    const tray = this.#trays.get(room);
    const items = tray?.items ?? [];
    tray?.set([]);
    for (const upload of items) this.#drop(upload);
    this.#keepReady();
  }

  close(): void {
    for (const room of this.#trays.keys()) this.clear(room);
  }

  #tray(room: RoomId): Tray {
    const tray = this.#trays.get(room) ?? new Tray();
    this.#trays.set(room, tray);
    return tray;
  }

  #newKey(): string {
    this.#count += 1;
    return `u${this.#count}`;
  }

  #keepReady(): void {
    this.#options.kept.save([...this.#trays].map(([room, { items }]) => [room, attachmentsOf(items)]));
  }

  #drop({ abort, now }: LiveUpload): void {
    abort.abort();
    if (now.kind === "ready") this.takeBack([now.attachment]);
  }

  #sendNext(room: RoomId): void {
    const { items } = this.#tray(room);
    const busy = items.filter(({ now }) => now.kind === "sending").length;
    const next = items.filter(({ now }) => now.kind === "waiting").slice(0, Math.max(0, atOnce - busy));
    for (const upload of next) void this.#send(upload);
  }

  async #send(upload: LiveUpload): Promise<void> {
    const { origin, sendFile } = this.#options;
    const { room, file } = upload;
    if (!file) return;
    const abort = new AbortController();
    upload.abort = abort;
    upload.set({ kind: "sending", part: 0 });
    try {
      const attachment = await sendFile<Attachment>({
        method: "POST",
        url: `${origin}/api/rooms/${room}/uploads?name=${encodeURIComponent(upload.name)}`,
        body: file,
        onProgress: (part) => !abort.signal.aborted && upload.set({ kind: "sending", part }),
        signal: abort.signal,
      });
      this.#keep(attachment.id, file);
      if (abort.signal.aborted) this.takeBack([attachment]);
      else upload.set({ kind: "ready", attachment });
      this.#keepReady();
    } catch (error) {
      if (abort.signal.aborted) return;
      if (!(error instanceof ParleyError)) throw error;
      upload.set({ kind: "failed", reason: error.message, retryable: error.retryable });
    }
    this.#sendNext(room);
  }

  #keep(id: FileId, file: File): void {
    this.#files.set(id, file);
    for (const oldest of this.#files.keys()) {
      if (this.#files.size <= keepFiles) return;
      this.#files.delete(oldest);
    }
  }
}

class Tray {
  readonly list: () => readonly LiveUpload[];
  items: readonly LiveUpload[] = [];
  readonly #setList: (items: readonly LiveUpload[]) => void;

  constructor() {
    const [list, setList] = createSignal<readonly LiveUpload[]>([]);
    this.list = list;
    this.#setList = setList;
  }

  set(items: readonly LiveUpload[]): void {
    this.items = items;
    this.#setList(items);
  }
}

class LiveUpload implements Upload {
  readonly key: string;
  readonly room: RoomId;
  readonly name: string;
  readonly bytes: number;
  readonly file: File | null;
  readonly state: () => UploadState;
  /** The same for code that must not track it. */
  now: UploadState;
  abort = new AbortController();
  readonly #setState: (state: UploadState) => void;

  static ofFile(key: string, room: RoomId, file: File): LiveUpload {
    // What is pasted may have no name.
    const name = file.name === "" ? "file" : file.name;
    return new LiveUpload(key, room, { name, bytes: file.size }, file, { kind: "waiting" });
  }

  static ofAttachment(key: string, room: RoomId, attachment: Attachment, file: File | null = null): LiveUpload {
    return new LiveUpload(key, room, attachment, file, { kind: "ready", attachment });
  }

  private constructor(
    key: string,
    room: RoomId,
    { name, bytes }: Pick<Attachment, "name" | "bytes">,
    file: File | null,
    first: UploadState,
  ) {
    this.key = key;
    this.room = room;
    this.name = name;
    this.bytes = bytes;
    this.file = file;
    this.now = first;
    const [state, setState] = createSignal<UploadState>(first);
    this.state = state;
    this.#setState = setState;
  }

  set(state: UploadState): void {
    this.now = state;
    this.#setState(state);
  }
}

const attachmentsOf = (uploads: readonly LiveUpload[]): readonly Attachment[] =>
  uploads.flatMap(({ now }) => (now.kind === "ready" ? [now.attachment] : []));
