import { expect, test } from "bun:test";
import type { Room } from "@parley/protocol/model";
import { openSqlite } from "../../platform/sqlite.ts";
import { actsElsewhere, actsInRoom, actsOnWorkspace, type Cast, stageRoom } from "../contract/acts.ts";
import { type Engine, operator, Stage, topicOf, value } from "../contract/stage.ts";
import type { Store } from "../store.ts";
import { readVerbs } from "../verbs/reads.ts";
import { drive, isRefusal, type Statement, type Verb } from "../verbs/verb.ts";
import { writeVerbs } from "../verbs/writes.ts";
import { migrate } from "./migrations.ts";

/**
 * What reads a table from end to end, sorts, or finds more than one row without a limit in sight, and what bounds it: in any
 * verb, or in one.
 */
const allowed: Readonly<Record<string, string>> = {
  "SCAN workspace": "one row",
  "SCAN push_keys": "one row",
  "SCAN stored_files": "a row for each purpose",
  "SEARCH memberships USING INDEX memberships_of_user (user_id=?)": "the rooms that one may be in",
  "SEARCH places USING INDEX memberships_of_user (user_id=?)": "the rooms that one may be in",
  "SEARCH memberships USING INDEX memberships_by_name (room_id=? AND username_lower=?)": "user names are unique",
  "SEARCH memberships USING INDEX memberships_by_role (room_id=? AND role=?)": "the first of them",
  "SEARCH user_words USING COVERING INDEX user_words_of_user (user_id=?)": "the words of a name",
  "SEARCH files USING INDEX files_waiting (user_id=?)": "the uploads that may wait",
  "SEARCH files USING INDEX files_of_room (room_id=? AND message_id=?)": "the files of a message",
  "SEARCH mentions USING INDEX mentions_of_message (room_id=? AND message_id=?)": "whom a message may call",
  "SEARCH mentions USING COVERING INDEX mentions_of_message (room_id=? AND message_id=?)": "whom a message may call",
  "SEARCH mentions USING COVERING INDEX mentions_of_message (room_id=? AND message_id=? AND target=?)": "once each",
  "SEARCH push_subscriptions USING INDEX push_subscriptions_of_user (user_id=?)": "the sessions that one may have",
  "SEARCH invites USING INDEX invites_open (room_id=?)": "the invites that a room may have",
  "SEARCH invites USING INDEX invites_by_creator (created_by=?)": "the invites that one's rooms may have",
  "USE TEMP B-TREE FOR DISTINCT": "the mentions that are counted",
  "beginHistory: SCAN files": "once, before anyone is at work",
  "changesSince: SEARCH memberships USING PRIMARY KEY (room_id=?)": "the people of a direct room",
  "changesSince: USE TEMP B-TREE FOR ORDER BY": "the people of a direct room",
  "createSession: USE TEMP B-TREE FOR ORDER BY": "the sessions that one may have",
  "findRoom: SEARCH people USING PRIMARY KEY (room_id=?) LEFT-JOIN": "the people of a direct room",
  "findRoom: USE TEMP B-TREE FOR ORDER BY": "the people of a direct room",
  "findAccount: USE TEMP B-TREE FOR ORDER BY": "two people, whose id or whose name it is",
  "getOverview: SCAN rooms": "counts all rooms, for those who look after them",
  "getOverview: SCAN sessions USING INDEX sessions_open": "counts who is signed in, likewise",
  "getOverview: SCAN users USING INDEX users_deactivated": "counts those, likewise",
  "listAlertable: SEARCH everyone USING PRIMARY KEY (room_id=?)": "the people of a direct room, or all who are called",
  "listAlertable: SEARCH memberships USING INDEX memberships_called (room_id=?)": "those who want to be called",
  "listAlertable: USE TEMP B-TREE FOR ORDER BY": "those who are called",
  "listAudit: USE TEMP B-TREE FOR ORDER BY": "two pages: what somebody has done, and what concerned them",
  "listCalling: SEARCH memberships USING INDEX memberships_called (room_id=?)": "those who want to be called",
  "listCalling: SEARCH memberships USING PRIMARY KEY (room_id=?)": "the people of a direct room",
  "listCalling: SEARCH push_subscriptions USING COVERING INDEX push_subscriptions_of_user (user_id=?)":
    "the first is enough",
  "listInvites: USE TEMP B-TREE FOR ORDER BY": "the invites that a room may have",
  "listMembers: USE TEMP B-TREE FOR ORDER BY": "those whose names have the words",
  "listOwnReactions: SEARCH reactions USING COVERING INDEX reactions_of_user (user_id=? AND room_id=? AND message_id=?)":
    "the kinds that a message may have",
  "listPeople: USE TEMP B-TREE FOR ORDER BY": "those whose names have the words",
  "listReaders: SEARCH memberships USING INDEX memberships_by_name (room_id=?)": "only in small rooms",
  "listReceipts: SEARCH memberships USING INDEX memberships_by_name (room_id=?)": "only in small rooms",
  "listRooms: SCAN rooms USING INDEX rooms_in_public": "answers each of them",
  "listRooms: SEARCH memberships USING PRIMARY KEY (room_id=?)": "the people of a direct room",
  "listRooms: USE TEMP B-TREE FOR ORDER BY": "the people of one's direct rooms",
  "listSessions: USE TEMP B-TREE FOR ORDER BY": "the sessions that one may have",
  "listUserRecords: SEARCH sessions USING INDEX sessions_by_change (user_id=?)": "the sign-ins of ninety days",
  "openDirectRoom: SEARCH memberships USING PRIMARY KEY (room_id=?)": "the people of a direct room",
  "openDirectRoom: USE TEMP B-TREE FOR ORDER BY": "the people of a direct room",
  "purgeRooms: SEARCH files USING INDEX files_of_room (room_id=?)": "has a limit",
  "purgeRooms: SEARCH invites USING INDEX invites_of_room (room_id=?)": "has a limit",
  "purgeRooms: SEARCH memberships USING COVERING INDEX memberships_by_room_change (room_id=?)": "has a limit",
  "purgeRooms: SEARCH mentions USING COVERING INDEX mentions_of_message (room_id=?)": "has a limit",
  "purgeRooms: SEARCH messages USING COVERING INDEX messages_by_change (room_id=?)": "has a limit",
  "purgeRooms: SEARCH reactions USING COVERING INDEX reactions_in_order (room_id=?)": "has a limit",
  "purgeRooms: SEARCH receipts USING COVERING INDEX receipts_by_room_change (room_id=?)": "has a limit",
  "removeMessage: SEARCH reactions USING COVERING INDEX reactions_in_order (room_id=? AND message_id=?)":
    "removes each of them",
};

test("no verb reads more than it has to, however much is stored", async () => {
  const recorder = new Recorder();
  const stage = await Stage.open(recorder);
  await actAll(stage, recorder.alone);
  const verbs = [...Object.keys(readVerbs(defaults, sizeOfDatabase)), ...Object.keys(writeVerbs)];
  expect([...recorder.verbs].sort()).toEqual(verbs.sort());
  const costly = recorder.costlySteps().map(({ verb, step }) => (step in allowed ? step : `${verb}: ${step}`));
  expect([...new Set(costly)].sort()).toEqual(Object.keys(allowed).sort());
  await stage.close();
});

const defaults = { signUp: "open" } as const;
const sizeOfDatabase = "SELECT 1 AS bytes";

/** Verbs on one connection, and all that they run. */
class Recorder implements Engine {
  readonly verbs = new Set<string>();
  readonly #statements = new Map<string, Statement & { readonly verb: string }>();
  readonly #database = openSqlite(":memory:", "read-write");

  async open(): Promise<Store> {
    migrate(this.#database);
    const transaction = { defaults, announce: () => {} };
    const bind = (verbs: object, start: (verb: (...inputs: never[]) => Verb<unknown>, input: never) => Verb<unknown>) =>
      Object.entries(verbs).map(([name, verb]) => [name, async (input: never) => this.#run(name, start(verb, input))]);
    return Object.fromEntries([
      ...bind(readVerbs(defaults, sizeOfDatabase), (verb, input) => verb(input)),
      ...bind(writeVerbs, (verb, input) => verb(transaction as never, input)),
      ["onCommit", () => {}],
      ["close", async () => {}],
    ]);
  }

  #run(verb: string, running: Verb<unknown>): unknown {
    this.verbs.add(verb);
    this.#database.all("SAVEPOINT verb");
    const outcome = drive(running, ({ sql, params }) => {
      this.#statements.set(`${verb}: ${sql}`, { verb, sql, params });
      return this.#database.all(sql, params);
    });
    if (isRefusal(outcome)) this.#database.all("ROLLBACK TO verb");
    this.#database.all("RELEASE verb");
    return outcome;
  }

  /** Takes back what `act` has changed. */
  readonly alone = async (act: () => Promise<unknown>): Promise<void> => {
    this.#database.all("SAVEPOINT act");
    await act();
    this.#database.all("ROLLBACK TO act");
    this.#database.all("RELEASE act");
  };

  statements(): number {
    return this.#statements.size;
  }

  async dispose(): Promise<void> {
    this.#database.close();
  }

  costlySteps(): readonly { readonly verb: string; readonly step: string }[] {
    return [...this.#statements.values()].flatMap(({ verb, sql, params }) =>
      this.#database
        .all(`EXPLAIN QUERY PLAN ${sql}`, params)
        .map(({ detail }) => String(detail))
        .filter((step) => this.#isCostly(step, sql))
        .map((step) => ({ verb, step })),
    );
  }

  /** A range is a page: its statement has a limit, or counts as far as it goes. */
  #isCostly(step: string, sql: string): boolean {
    const [, act, alias = "", index, terms = ""] =
      /^(SCAN|SEARCH) (\w+)(?: USING (?:COVERING )?(?:INDEX (\w+)|PRIMARY KEY) \((.*)\))?/.exec(step) ?? [];
    const table = new RegExp(`(\\w+) AS ${alias}\\b`).exec(sql)?.[1] ?? alias;
    if (act === "SCAN") return this.#isTable(table);
    if (terms === "" || /[<>]/.test(terms)) return step.includes("TEMP B-TREE");
    return !this.#isUnique(table, index ?? null, terms.replaceAll("=?", "").replaceAll(" AND ", " "));
  }

  #isTable(name: string): boolean {
    return this.#database.all("SELECT name FROM sqlite_schema WHERE name = ? AND type = 'table'", [name]).length > 0;
  }

  /** Whether there is one row at most for values of these columns: in this index, or else in the primary key. */
  #isUnique(table: string, index: string | null, columns: string): boolean {
    const found = this.#database.all(
      `SELECT (SELECT group_concat(coalesce(columns.name, '<expr>'), ' ')
         FROM (SELECT name FROM pragma_index_info(indexes.name) ORDER BY seqno) AS columns) AS columns
       FROM pragma_index_list(?) AS indexes
       WHERE indexes."unique" = 1 AND CASE WHEN ? IS NULL THEN indexes.origin = 'pk' ELSE indexes.name = ? END`,
      [table, index, index],
    );
    return found.some((row) => row.columns === columns);
  }
}

/** Calls every verb there is, in the ways that lead to statements of their own. */
async function actAll(stage: Stage, alone: (act: () => Promise<unknown>) => Promise<void>): Promise<void> {
  const cast = await stageRoom(stage);
  const { ada, bob, room, code } = cast;
  for (const act of Object.values({ ...actsInRoom, ...actsElsewhere, ...actsOnWorkspace })) {
    await alone(() => act(stage, cast));
  }
  const { store, at } = stage;
  const general = await stage.general();
  const file = (await stage.upload(general, ada)).id;
  const options = { attachments: [file], clientMessageId: "k", replyTo: 1 };
  await stage.say(general, bob, "hello");
  value(await stage.trySay(general, ada, "@bob @all look", options));
  value(await stage.trySay(general, ada, "", options));
  value(await stage.edit(general, 2, ada, "@ada"));
  value(await stage.react(general, 2, bob, "👍"));
  await readAll(stage, cast, general, file);

  const session = stage.newSession();
  value(await store.createSession({ userId: ada.id, passwordHash: "hash of ada", session, keep: 1, at }));
  await store.touchSession({ id: session.id, expiresAt: at + 10, at });
  const target = { endpoint: "https://push.example.org/1", p256dh: "p", auth: "a", preview: true };
  value(await store.putPushTarget({ sessionId: session.id, userId: ada.id, target, at }));
  await store.removePushEndpoints({ endpoints: [target.endpoint] });
  await store.removePushTarget({ sessionId: session.id });
  await store.putPushKeys({ publicKey: "p", privateKey: "q" });
  const record = { userId: bob.id, reason: "mentioned", outcome: "pushed", devices: 1, at } as const;
  await store.recordNotifications({ roomId: general.id, messageId: 2, decided: [record], keepFrom: at });
  await store.recordRefusals({ refusals: [{ userId: ada.id, address: "::1", count: 2, at }] });
  value(await store.revokeSession({ id: session.id, userId: ada.id, at }));
  value(await store.createReset({ ...(await stage.actOn(bob)), reset: { tokenHash: "t", expiresAt: at + 10 } }));
  value(await store.redeemReset({ tokenHash: "t", passwordHash: "new", session: stage.newSession(), at }));
  value(await store.removeUpload({ id: (await stage.upload(general, ada)).id, userId: ada.id }));
  await store.expireUploads({ before: at + 1, limit: 5 });
  await store.dropFile({ id: (await store.listRemovedFiles({ after: "", limit: 1 }))[0] ?? "" });
  value(await stage.remove(general, 2, ada));
  value(await stage.trySignUp("dan", { invite: code, email: "dan@example.org" }));
  value(await store.putUser({ userId: bob.id, status: "At sea", displayName: "Robert" }));
  const email = { email: "dan@example.com", by: operator, at };
  const [dan] = (await store.listPeople({ query: "dan", cursor: null, limit: 1 })).users;
  if (!dan) throw new Error("there is no Dan");
  value(await store.putEmail({ ...email, userId: dan.id, before: "hash of dan", waits: false }));
  value(await store.putEmail({ ...email, userId: ada.id, before: "hash of ada", waits: true }));
  const link = { tokenHash: "t", expiresAt: at + 10 };
  value(await store.createVerification({ ...link, userId: ada.id, email: email.email }));
  value(await store.redeemVerification({ tokenHash: "t", address: "::1", at }));
  value(await stage.leave(room, ada));
  value(await stage.removeRoom(room));
  while (await store.purgeRooms({ limit: 5 }));
  await store.claimBackup({ everyMs: 2, retryMs: 1, at });
  await store.putBackup({ endedAt: at, bytes: 1, missing: 0, problem: null });
  await store.findBackup({});
  await store.beginHistory({ epoch: "e", madeAt: at, keepSessions: false, lostFiles: [file], at });
}

async function readAll(stage: Stage, { ada, bob, room, code }: Cast, general: Room, file: string): Promise<void> {
  const { store, at } = stage;
  const userId = bob.id;
  const session = stage.newSession();
  await store.getWorkspace({});
  await store.findAccountByLogin({ login: "ada" });
  for (const reference of [userId, "nobody"]) await store.findUser({ reference });
  await store.findAccount({ reference: "bob" });
  await store.findSession({ tokenHash: "t", at });
  await store.listSessions({ userId, at });
  for (const reference of [room.id, "general"]) await store.findRoom({ reference, userId });
  await store.findOwnRoom({ roomId: room.id, userId });
  await store.listReceipts({ roomId: room.id });
  await store.listReaders({ roomId: room.id, id: 1 });
  await store.listRooms({ userId });
  await store.listTopics({ userId });
  const topics = ["workspace", topicOf(bob), topicOf(room)] as const;
  await store.listHeads({ topics });
  await store.listMissed({ userId, epoch: null, positions: { [topicOf(room)]: 1 }, limit: 9, limitInAll: 9 });
  for (const topic of topics) await store.changesSince({ topic, since: 1, limit: 1000 });
  for (const query of ["", "ada tester"]) await store.listMembers({ roomId: room.id, query, cursor: "ada", limit: 5 });
  for (const query of ["", "ada tester"])
    await store.listPeople({ query, cursor: { name: "a", id: ada.id }, limit: 5 });
  await store.findInvite({ code, userId, at });
  await store.listInvites({ roomId: room.id, at });
  await store.findMessage({ roomId: room.id, id: 1 });
  await store.findSent({ userId, clientMessageId: "k" });
  await store.listMessages({ roomId: general.id, cursor: { around: 1 }, limit: 5 });
  await store.listOwnReactions({ roomId: general.id, userId, messages: [1, 2] });
  await store.findFile({ id: file, userId });
  await store.hasPicture({ id: file, purpose: "avatar" });
  await store.listRemovedFiles({ after: "", limit: 5 });
  const page = { q: "a", cursor: null, limit: 5 };
  await store.listUserRecords({ ...page, at });
  await store.listRoomRecords(page);
  await store.findRoomRecord({ id: general.id });
  await store.listAllInvites({ cursor: null, limit: 5, at });
  for (const act of [null, "room.archived"] as const) {
    for (const concerned of [null, userId]) await store.listAudit({ act, userId: concerned, before: 9, limit: 5 });
  }
  await store.getOverview({ at });
  await store.listStorage({ cursor: `1-${userId}`, limit: 5 });
  await store.findReset({ tokenHash: "t", at });
  await store.findVerification({ tokenHash: "t", at });
  await store.getPushKeys({});
  await store.findPushTarget({ sessionId: session.id, at });
  await store.listCalling({ roomId: general.id, from: 1, to: 9 });
  await store.listAlertable({ roomId: general.id, messageId: 2, limit: 5, at });
  await store.findAlert({ roomId: general.id, messageId: 2, userId, at });
}
