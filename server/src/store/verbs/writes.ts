import { createUser, deactivateUser, putUserRole, reactivateUser, revokeSessions } from "./administration.ts";
import { appendMessage } from "./append.ts";
import { recordRefusals } from "./audit.ts";
import { claimBackup, putBackup } from "./backups.ts";
import { openDirectRoom } from "./direct-rooms.ts";
import { createVerification, putEmail, redeemVerification } from "./emails.ts";
import { createUpload, dropFile, expireUploads, finishUpload, putAvatar, putPicture, removeUpload } from "./files.ts";
import { beginHistory } from "./history.ts";
import { createInvite, redeemInvite, revokeInvite } from "./invites.ts";
import { putMembership, putPlace, removeMembership } from "./memberships.ts";
import { editMessage, removeMessage } from "./messages.ts";
import {
  putPushKeys,
  putPushTarget,
  recordNotifications,
  removePushEndpoints,
  removePushTarget,
} from "./notifications.ts";
import { putReaction, removeReaction } from "./reactions.ts";
import { setReceipt } from "./receipts.ts";
import { createReset, putPassword, redeemReset } from "./resets.ts";
import { putRole, removeMember } from "./roles.ts";
import { handOverRoom } from "./room-records.ts";
import { createRoom, purgeRooms, putRoom, removeRoom } from "./rooms.ts";
import { createSession, revokeSession, touchSession } from "./sessions.ts";
import { createAccount, putUser } from "./users.ts";
import type { WriteVerbs } from "./verb.ts";
import { putWorkspace } from "./workspace.ts";

export const writeVerbs: WriteVerbs = {
  createAccount,
  createSession,
  touchSession,
  revokeSession,
  putUser,
  putWorkspace,
  createRoom,
  putRoom,
  removeRoom,
  purgeRooms,
  openDirectRoom,
  putMembership,
  removeMembership,
  putRole,
  removeMember,
  putPlace,
  setReceipt,
  createInvite,
  revokeInvite,
  redeemInvite,
  appendMessage,
  editMessage,
  removeMessage,
  putReaction,
  removeReaction,
  createUpload,
  finishUpload,
  putAvatar,
  putPicture,
  removeUpload,
  expireUploads,
  dropFile,
  createUser,
  deactivateUser,
  reactivateUser,
  putUserRole,
  revokeSessions,
  createReset,
  redeemReset,
  putEmail,
  createVerification,
  redeemVerification,
  putPassword,
  handOverRoom,
  beginHistory,
  claimBackup,
  putBackup,
  recordRefusals,
  putPushKeys,
  putPushTarget,
  removePushTarget,
  removePushEndpoints,
  recordNotifications,
};
