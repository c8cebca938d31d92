import { createHash, randomBytes } from "node:crypto";
import type { FileId, RoomId, SessionId, UserId } from "@parley/protocol/model";

/** Crockford's base 32, without I, L, O and U. */
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** Sixteen characters with 80 random bits. */
function random(): string {
  let id = "";
  for (const byte of randomBytes(16)) id += alphabet[byte & 31];
  return id;
}

export const newUserId = (): UserId => `U${random()}`;
export const newRoomId = (): RoomId => `R${random()}`;
/** Whether a reference to a room is its id, and not its slug, which is lower case. */
export const isRoomId = (reference: string): reference is RoomId => reference.startsWith("R");
export const newSessionId = (): SessionId => `S${random()}`;

/** 160 random bits in 32 characters: not to be guessed. */
export const newFileId = (): FileId => `F${random()}${random()}`;

/** A secret with 256 random bits, in 43 characters. */
export const newToken = (): string => randomBytes(32).toString("base64url");
/** 144 random bits in 24 characters: not to be guessed. */
export const newInviteCode = (): string => randomBytes(18).toString("base64url");

/** What the store keeps of a token, so that a copy of the database opens no session. */
export const hashToken = (token: string): string => createHash("sha256").update(token).digest("hex");
