import { ParleyError } from "@parley/protocol/errors";
import type { RoomRecord } from "@parley/protocol/model";
import { type Command, commandLine, everyOne, type Job, requireUser, settle, type Tools } from "./admin-tools.ts";
import { must } from "./domain/outcome.ts";

/** Rooms and invites on the command line. Deleting a room is left to the admin area, which asks first. */
export const roomCommands: Readonly<Record<string, Command>> = {
  rooms: {
    usage: "rooms [words]",
    summary: "every room but direct ones, or those whose name or address has these words",
    parse: (words) => (tools) => listRooms(tools, words.join(" ")),
  },
  archive: {
    usage: "archive <room>",
    summary: "keeps a room as it is: to be read, and not written in",
    parse: onRoom((tools, room) => setArchived(tools, room, true)),
  },
  "use-again": {
    usage: "use-again <room>",
    summary: "takes an archived room back into use",
    parse: onRoom((tools, room) => setArchived(tools, room, false)),
  },
  "hand-over": {
    usage: "hand-over <room> <user>",
    summary: "gives a room whose owner is gone to one of its members",
    parse: ([room, user, ...rest]) =>
      room === undefined || user === undefined || rest.length > 0 ? null : (tools) => handOver(tools, room, user),
  },
  invites: {
    usage: "invites",
    summary: "every invite that still lets someone in",
    parse: (words) => (words.length > 0 ? null : listInvites),
  },
  "revoke-invite": {
    usage: "revoke-invite <code>",
    summary: "ends an invite",
    parse: ([code, ...rest]) => (code === undefined || rest.length > 0 ? null : (tools) => revokeInvite(tools, code)),
  },
};

function onRoom(act: (tools: Tools, room: RoomRecord) => Promise<void>): Command["parse"] {
  return ([reference, ...rest]): Job | null =>
    reference === undefined || rest.length > 0
      ? null
      : async (tools) => act(tools, await requireRoomRecord(tools, reference));
}

async function listRooms({ store, print }: Tools, q: string): Promise<void> {
  for await (const room of everyOne((page) => store.listRoomRecords({ q, ...page }))) {
    print(
      room.slug,
      room.kind,
      room.name,
      `members: ${room.memberCount}`,
      room.owner?.username ?? "nobody owns it",
      room.archivedAt === undefined ? "in use" : `archived ${room.archivedAt}`,
      room.id,
    );
  }
}

async function setArchived(tools: Tools, room: RoomRecord, archived: boolean): Promise<void> {
  const { store, clock, print } = tools;
  const put = await store.putRoom({ id: room.id, archived, anywhere: true, by: commandLine, at: clock.now() });
  settle(put, `${room.slug} is everyone's first room: it stays in use.`);
  print(`${room.slug} is ${archived ? "archived" : "in use"}.`);
}

async function handOver(tools: Tools, reference: string, user: string): Promise<void> {
  const room = await requireRoomRecord(tools, reference);
  const { username, act } = await requireUser(tools, user);
  const given = await tools.store.handOverRoom({
    roomId: room.id,
    userId: act.userId,
    by: commandLine,
    at: tools.clock.now(),
  });
  if (!given.ok && given.refusal === "not_found") {
    throw new ParleyError("not_found", `${username} is deactivated, or not in ${room.slug}.`);
  }
  settle(given, `${room.owner?.username} owns ${room.slug}: only a room whose owner is gone is handed over.`);
  tools.print(`${username} owns ${room.slug} now.`);
}

async function listInvites({ store, clock, print }: Tools): Promise<void> {
  for await (const invite of everyOne((page) => store.listAllInvites({ ...page, at: clock.now() }))) {
    const { code, room, createdBy, uses, maxUses, expiresAt } = invite;
    const used = maxUses === null ? `used: ${uses}` : `used: ${uses} of ${maxUses}`;
    print(code, room.slug, `by ${createdBy.username}`, used, expiresAt === null ? "no end" : `until ${expiresAt}`);
  }
}

async function revokeInvite({ store, clock, print }: Tools, code: string): Promise<void> {
  must(await store.revokeInvite({ code, anywhere: true, by: commandLine, at: clock.now() }));
  print("The invite is revoked.");
}

/** By address or id. */
async function requireRoomRecord({ store }: Tools, reference: string): Promise<RoomRecord> {
  const found = await store.findRoom({ reference, userId: null });
  const room = found && (await store.findRoomRecord({ id: found.room.id }));
  if (!room) throw new ParleyError("not_found", `There is no room “${reference}”.`);
  return room;
}
