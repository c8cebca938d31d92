import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { commandSchemas } from "@parley/protocol/commands";
import type { Message, Room } from "@parley/protocol/model";
import {
  type Act,
  type Actor,
  actors,
  connectionActs,
  type Grid,
  otherActs,
  roomActs,
  roomKinds,
  type StageKind,
  things,
} from "./access-acts.ts";
import { type Person, startServer, type TestServer } from "./harness.ts";

const statuses: Readonly<Record<string, number>> = { S: 401, "-": 404, R: 403, C: 409 };
const cellsOf = (grid: Grid, kind: StageKind) => grid[kind].trim().split(/\s+/);

let server: TestServer;
let people: Record<Actor, Person>;

beforeAll(async () => {
  server = await startServer();
  const names = ["workspaceOwner", "outsider", "left", "removed", "deactivated", "member", "roomAdmin", "roomOwner"];
  const found: Partial<Record<Actor, Person>> = { stranger: server.stranger };
  for (const name of names as Actor[]) found[name] = await server.signUp(name);
  people = found as Record<Actor, Person>;
  const { workspaceOwner, deactivated } = people;
  await workspaceOwner.ok("PUT", `/api/admin/users/${deactivated.user.id}/deactivation`);
});
afterAll(() => server[Symbol.asyncDispose]());

interface Stage {
  readonly room: Room;
  readonly other: Message;
  readonly own: Partial<Record<Actor, Message>>;
}

/** A room of its kind with all who can be there, where everyone has said something that the member has reacted to. */
async function createStage(kind: StageKind): Promise<Stage> {
  const { roomOwner, roomAdmin, member, left, removed } = people;
  const room =
    kind === "direct"
      ? await member.ok<Room>("POST", "/api/direct-rooms", { users: [people.roomOwner.user.id] })
      : await roomOwner.createRoom("Stage", kind === "private" ? "private" : "public");
  const speakers: Actor[] = kind === "direct" ? ["member"] : ["member", "roomAdmin", "left", "removed"];
  if (kind !== "direct") for (const name of speakers) await roomOwner.bring(people[name], room);
  const own: Partial<Record<Actor, Message>> = { roomOwner: await roomOwner.send(room, "the owner's words") };
  for (const name of speakers) own[name] = await people[name].send(room, `words of ${name}`);
  if (kind !== "direct") {
    const path = `/api/rooms/${room.id}`;
    await roomOwner.ok("PATCH", `${path}/members/${roomAdmin.user.id}`, { role: "admin" });
    await left.ok("DELETE", `${path}/membership`);
    await roomOwner.ok("DELETE", `${path}/members/${removed.user.id}`);
    if (kind === "archived") await roomOwner.ok("PATCH", path, { archived: true });
    if (kind === "deleted") await roomOwner.ok("DELETE", path);
  }
  return { room, other: own.roomOwner as Message, own };
}

/** What the actor gets: a status, or that of the code in an ack. */
async function carryOut(act: Act, actor: Actor, { room, other, own }: Stage): Promise<number> {
  const person = people[actor];
  const values: Readonly<Record<string, string | number>> = {
    room: room.id,
    own: own[actor]?.id ?? other.id,
    // The owner's own words are there for everyone else; for the owner it is the member's.
    other: actor === "roomOwner" ? (own.member?.id ?? 1) : other.id,
    someone: people[actor === "member" ? "roomAdmin" : "member"].user.id,
  };
  const fill = (text: string) => text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name]));
  if (act.fields === undefined) {
    const [method = "", named = ""] = act.name.split(" ");
    return (await person.request(method, encodeURI(fill(act.path ?? named)), act.body)).status;
  }
  const fields = Object.entries(act.fields).map(([name, value]) => {
    const filled: unknown = typeof value === "string" && value.startsWith("{") ? Number(fill(value)) : value;
    return [name, filled] as const;
  });
  // The socket's own way into the same table of commands, for one command.
  const frame = { type: act.name, ref: 1, room: room.id, ...Object.fromEntries(fields) };
  return (await person.request("POST", "/api/commands", frame)).status;
}

describe("[AX1] every act, for every actor, in every kind of room", () => {
  for (const kind of roomKinds) {
    for (const act of roomActs) {
      test(`${act.name}${act.path && act.path !== act.name ? ` (${act.path})` : ""} in a room that is ${kind}`, async () => {
        const cells = cellsOf(act.grid, kind);
        expect(cells).toHaveLength(actors.length);
        const shared = await createStage(kind);
        const wrong: unknown[] = [];
        for (const [index, actor] of actors.entries()) {
          const cell = cells[index] ?? ".";
          if (cell === ".") continue;
          // What is allowed may change the room: each has one of their own.
          const stage = cell === "A" && !act.name.startsWith("GET") ? await createStage(kind) : shared;
          const status = await carryOut(act, actor, stage);
          const expected = cell === "A" ? "allowed" : (statuses[cell] ?? "a cell that is none");
          const got = status < 300 ? "allowed" : status;
          if (got !== expected) wrong.push({ actor, got, expected });
        }
        expect(wrong).toEqual([]);
      });
    }
  }
});

test("[AX1] what is not about a room is for anyone, for whoever has signed in, or for administrators", async () => {
  for (const [name, who] of Object.entries(otherActs)) {
    const [method = "", path = ""] = name.split(" ");
    const asked = path.replace(/\{\w+\}/g, "X0");
    const body = method === "GET" || method === "DELETE" ? undefined : {};
    const stranger = await people.stranger.request(method, asked, body);
    if (who === "anyone") expect([name, stranger.status === 401]).toEqual([name, false]);
    else expect([name, stranger.status]).toEqual([name, 401]);
    if (who !== "administrators") continue;
    const refused = await people.member.request(method, asked, body);
    expect([name, refused.status]).toEqual([name, path.startsWith("/api/admin/") ? 404 : 403]);
  }
});

test("[AX2] every route, every command and every kind of change has a row", async () => {
  interface Description {
    readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    readonly components: { readonly schemas: { readonly Changes: { readonly oneOf: readonly Described[] } } };
  }
  interface Described {
    readonly properties: Readonly<Record<string, unknown>>;
  }
  const { body } = await server.stranger.request<Description>("GET", "/api/openapi.json");
  const routes = Object.entries(body.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const commands = Object.keys(commandSchemas);
  const rows = new Set([...roomActs.map(({ name }) => name), ...Object.keys(otherActs), ...connectionActs]);
  expect([...routes, ...commands].filter((name) => !rows.has(name))).toEqual([]);
  expect([...rows].filter((name) => !routes.includes(name) && !commands.includes(name))).toEqual([]);
  const [delta] = body.components.schemas.Changes.oneOf;
  const kinds = Object.keys(delta?.properties ?? {}).filter((name) => !["type", "topic", "from", "to"].includes(name));
  expect(kinds.sort()).toEqual(Object.keys(things).sort());
});
