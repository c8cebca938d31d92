import type { Attachment, FileId, FilePurpose, RoomId, RoomKind, RoomRole, User, UserId } from "@parley/protocol/model";
import type { By } from "./administration.ts";
import type { Outcome } from "./outcome.ts";

/** The part of the store's contract that keeps count of files and pictures. */

/** A file in a room, and the asking user's place there. */
export interface FileRecord {
  readonly attachment: Attachment;
  readonly uploadedBy: UserId;
  /** Not on a message yet: its uploader's own business. */
  readonly pending: boolean;
  readonly roomKind: RoomKind;
  readonly roomRole: RoomRole | null;
}

/** What is known of a file once its bytes are stored. */
export interface FileFacts {
  readonly type: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Of a picture that has a thumbnail. */
  readonly width: number | null;
  readonly height: number | null;
}

/** What uploads may take, in bytes. */
export interface FileQuota {
  /** Of one user, while they are on no message. */
  readonly pendingBytes: number;
  readonly userBytes: number;
  readonly workspaceBytes: number;
}

export interface FileReads {
  /** A file whose bytes are stored, pending or on a message. Null once it is removed, with its message or its room. */
  findFile(input: { readonly id: FileId; readonly userId: UserId }): Promise<FileRecord | null>;
  /** Whether these are the bytes of someone's present avatar, or of the workspace's present picture. */
  hasPicture(input: { readonly id: FileId; readonly purpose: "avatar" | "picture" }): Promise<boolean>;
  /** Files whose bytes wait to be removed, by id, from the first after `after`. */
  listRemovedFiles(input: { readonly after: FileId; readonly limit: number }): Promise<readonly FileId[]>;
}

export interface FileWrites {
  /**
   * Claims `bytes` of the quota for a file, before the first of them is stored. An attachment has a room, which its uploader
   * must be in. Whoever receives the bytes then finishes the upload or drops the file; what neither happens to expires.
   */
  createUpload(input: {
    readonly id: FileId;
    readonly purpose: FilePurpose;
    readonly userId: UserId;
    readonly roomId: RoomId | null;
    readonly name: string;
    readonly bytes: number;
    readonly quota: FileQuota;
    readonly at: number;
  }): Promise<Outcome<null, "not_signed_in" | "not_found" | "room_archived" | "limit_reached">>;
  /** Makes an attachment pending. Its uploader must still be in the room, and the room in use. */
  finishUpload(input: {
    readonly id: FileId;
    readonly facts: FileFacts;
  }): Promise<Outcome<Attachment, "not_found" | "room_archived">>;
  /** Puts a received avatar in place of the one before, whose bytes are then removed; null takes it away. */
  putAvatar(input: {
    readonly userId: UserId;
    readonly file: { readonly id: FileId; readonly facts: FileFacts } | null;
  }): Promise<Outcome<User, "not_signed_in" | "not_found">>;
  /** Likewise the workspace's picture, as `putWorkspace`. */
  putPicture(input: {
    readonly file: { readonly id: FileId; readonly facts: FileFacts } | null;
    readonly by: By;
    readonly at: number;
  }): Promise<Outcome<null, "not_found" | "not_allowed">>;
  /** Takes back a pending upload of this user. */
  removeUpload(input: { readonly id: FileId; readonly userId: UserId }): Promise<Outcome<null, "not_found">>;
  /** Removes up to `limit` uploads begun before a moment that are on no message. True when there may be more. */
  expireUploads(input: { readonly before: number; readonly limit: number }): Promise<boolean>;
  /** Forgets a file whose bytes are gone. */
  dropFile(input: { readonly id: FileId }): Promise<null>;
}
