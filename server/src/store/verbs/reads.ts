import { findAccount, getOverview, listAllInvites, listUserRecords } from "./administration.ts";
import { findSent } from "./append.ts";
import { listAudit } from "./audit.ts";
import { findBackup } from "./backups.ts";
import { findVerification } from "./emails.ts";
import { findFile, hasPicture, listRemovedFiles } from "./files.ts";
import { findInvite, listInvites } from "./invites.ts";
import { listMembers } from "./memberships.ts";
import { findMessage, listMessages } from "./messages.ts";
import { findAlert, findPushTarget, getPushKeys, listAlertable, listCalling } from "./notifications.ts";
import { listPeople } from "./people.ts";
import { listOwnReactions } from "./reactions.ts";
import { listReaders, listReceipts } from "./receipts.ts";
import { findReset } from "./resets.ts";
import { findRoomRecord, listRoomRecords } from "./room-records.ts";
import { findOwnRoom, findRoom, listRooms } from "./rooms.ts";
import { findSession, listSessions } from "./sessions.ts";
import { listStorage } from "./storage.ts";
import { changesSince, listHeads, listMissed, listTopics } from "./topics.ts";
import { findAccountByLogin, findUser } from "./users.ts";
import type { Defaults, ReadVerbs } from "./verb.ts";
import { getWorkspace } from "./workspace.ts";

/** `sizeOfDatabase` selects its `bytes`, which each engine counts in its own way. */
export const readVerbs = (defaults: Defaults, sizeOfDatabase: string): ReadVerbs => ({
  getWorkspace,
  findAccountByLogin,
  findUser,
  findSession,
  listSessions,
  findRoom,
  findOwnRoom,
  listReceipts,
  listReaders,
  listRooms,
  listTopics,
  listHeads,
  listMembers,
  listPeople,
  findInvite,
  listInvites,
  findMessage,
  findSent,
  listMessages,
  listOwnReactions,
  findFile,
  hasPicture,
  listRemovedFiles,
  findAccount,
  listUserRecords,
  listRoomRecords,
  findRoomRecord,
  listAllInvites,
  listAudit,
  getOverview: (input) => getOverview(sizeOfDatabase, input),
  listStorage,
  findReset,
  findVerification,
  findBackup,
  getPushKeys,
  findPushTarget,
  listAlertable,
  listCalling,
  findAlert,
  changesSince: (input) => changesSince(defaults, input),
  listMissed: (input) => listMissed(defaults, input),
});
