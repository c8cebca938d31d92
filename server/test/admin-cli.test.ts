import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { AuditPage } from "@parley/protocol/http/admin";
import type { Invite, Room, User } from "@parley/protocol/model";
import { openSqlite } from "../src/platform/sqlite.ts";
import { cookieOf, Person } from "./harness.ts";
import { type Ending, runAdmin, startProgram, temporaryFolder } from "./program.ts";

test("[AD8] the command line looks after a stopped workspace, and the server finds what it did", async () => {
  await using workspace = await startedOnce("ada", "lin");
  const { admin } = workspace;

  const link = /http\S+/;
  const ofAda = only(await admin("reset-link", "Ada"));
  expect(ofAda).toMatch(/^ada can choose a password at https:\/\/chat\.example\.org\/reset#[\w-]{43} until \S+Z\.$/);
  const ofSam = only(await admin("create-person", "sam", "Sam", "Park"));
  expect(only(await admin("set-role", "lin", "admin"))).toBe("lin is admin now.");
  expect(only(await admin("sign-out", "lin"))).toBe("lin is signed out everywhere.");
  expect(only(await admin("deactivate", "sam"))).toBe("sam is deactivated.");
  expect(only(await admin("people", "PARK"))).toMatch(/^sam\tmember\tSam Park\t.*\tdeactivated \S+\tU\w+$/);
  const id = only(await admin("people", "sam"))
    .split("\t")
    .at(-1) as string;
  expect(only(await admin("reactivate", id))).toBe("sam can sign in.");
  expect(only(await admin("sign-up", "closed"))).toBe("Sign-up is closed now.");
  expect((await admin("people")).output.trim().split("\n").map(firstColumn)).toEqual(["ada", "lin", "sam"]);
  const log = (await admin("audit")).output.trim().split("\n");
  expect(log.map((line) => line.split("\t").slice(1, 5).join(" ").trim())).toEqual([
    "the command line workspace.sign_up_changed Parley closed",
    "the command line user.reactivated sam",
    "the command line user.deactivated sam",
    "the command line user.signed_out lin",
    "the command line user.role_changed lin member → admin",
    "the command line user.created sam member",
    "the command line password.link_made ada",
  ]);
  const acts = (await admin("audit", "sam")).output.match(/\w+\.\w+(?=\tsam)/g);
  expect(acts).toEqual(["user.reactivated", "user.deactivated", "user.created"]);
  expect(refused(await admin("audit", "nobody"))).toBe("There is nobody called “nobody”.");

  const { url, kill, ended } = await workspace.start();
  const stranger = new Person(url, {} as User, "");
  expect(await stranger.ok("GET", "/api/workspace")).toMatchObject({ signUp: "closed" });
  const token = link.exec(ofAda)?.[0].split("#")[1];
  const entered = await stranger.request<User>("POST", "/api/auth/resets", { token, password: "another good one" });
  expect(entered.body).toMatchObject({ username: "ada", role: "owner" });
  const ada = new Person(url, entered.body, cookieOf(entered.headers));
  expect(await new Person(url, ada.user, workspace.cookies.lin as string).refusal("GET", "/api/me")).toBe(
    "not_signed_in",
  );
  expect(await ada.ok<User>("GET", "/api/users/lin")).toMatchObject({ role: "admin" });
  // Deactivation has ended it.
  const tokenOfSam = link.exec(ofSam)?.[0].split("#")[1];
  expect(await stranger.refusal("POST", "/api/auth/resets", { token: tokenOfSam, password: "another good one" })).toBe(
    "reset_unusable",
  );
  const { entries } = await ada.ok<AuditPage>("GET", "/api/admin/audit");
  expect(entries.map(({ act, actor }) => [act, actor?.username])).toEqual([
    ["password.reset", "ada"],
    ...log.map((line) => [line.split("\t")[2], undefined]),
  ]);
  await stranger.request("POST", "/api/auth/sign-in", { login: "ada", password: "not this one" });
  kill("SIGTERM");
  await ended;
  const [newest = ""] = (await admin("audit")).output.split("\n");
  expect(newest.split("\t").slice(1, 4)).toEqual(["someone signed out", "session.refused", "ada"]);
});

test("[AD8] the last owner stays one, and a refused act is not written down", async () => {
  await using workspace = await startedOnce("ada", "lin");
  const { admin } = workspace;
  for (const words of [
    ["deactivate", "ada"],
    ["set-role", "ada", "member"],
  ]) {
    expect(refused(await admin(...words))).toBe("ada is the last owner: make someone else an owner first.");
  }
  expect(refused(await admin("create-person", "LIN"))).toBe("That user name is taken.");
  expect(refused(await admin("create-person", "not a name"))).toMatch(/^username: may have letters/);
  expect(refused(await admin("reset-link", "nobody"))).toBe("There is nobody called “nobody”.");
  expect((await admin("audit")).output).toBe("");
  only(await admin("set-role", "lin", "owner"));
  only(await admin("deactivate", "ada"));
  expect(refused(await admin("reset-link", "ada"))).toBe("ada is deactivated: reactivate them first.");
});

test("[AD8] an account from the command line is entered with its link, which is a path when no address is known", async () => {
  await using workspace = await startedOnce("ada");
  const made = only(await runAdmin(["create-person", "lin"], {}, workspace.folder));
  expect(made).toMatch(/ at \/reset#[\w-]{43} until /);
  const token = /#(\S+)/.exec(made)?.[1];
  const { url, kill, ended } = await workspace.start();
  const stranger = new Person(url, {} as User, "");
  const user = await stranger.ok<User>("POST", "/api/auth/resets", { token, password: "another good one" });
  expect(user).toMatchObject({ username: "lin", displayName: "lin", role: "member" });
  kill("SIGTERM");
  await ended;
});

test("[AD8] rooms, invites and the workspace are looked after too, by the same rules", async () => {
  await using workspace = await startedOnce("ada", "lin", "sam");
  const { admin } = workspace;
  const started = await workspace.start();
  const [lin, sam] = ["lin", "sam"].map((name) => new Person(started.url, {} as User, workspace.cookies[name] ?? ""));
  if (!lin || !sam) throw new Error("they are not there");
  const boats = await lin.createRoom("Boats", "private");
  await lin.bring(sam, boats);
  const { code } = await lin.ok<Invite>("POST", `/api/rooms/${boats.id}/invites`, { maxUses: 3 });
  const direct = await lin.ok<Room>("POST", "/api/direct-rooms", { users: ["sam"] });
  started.kill("SIGTERM");
  await started.ended;

  const rooms = (await admin("rooms")).output.trim().split("\n");
  expect(rooms.map((line) => line.split("\t").slice(0, 6))).toEqual([
    ["boats", "private", "Boats", "members: 2", "lin", "in use"],
    ["general", "public", "general", "members: 3", "ada", "in use"],
  ]);
  expect(only(await admin("invites"))).toBe(`${code}\tboats\tby lin\tused: 0 of 3\tno end`);
  expect(refused(await admin("hand-over", "boats", "sam"))).toBe(
    "lin owns boats: only a room whose owner is gone is handed over.",
  );
  only(await admin("deactivate", "lin"));
  expect((await admin("invites")).output).toBe("");
  expect(refused(await admin("revoke-invite", code))).toMatch(/invite/);
  for (const user of ["ada", "lin"]) {
    expect(refused(await admin("hand-over", "boats", user))).toBe(`${user} is deactivated, or not in boats.`);
  }
  expect(only(await admin("hand-over", boats.id, "sam"))).toBe("sam owns boats now.");
  expect(only(await admin("archive", "boats"))).toBe("boats is archived.");
  expect(only(await admin("rooms", "BOAT"))).toMatch(/\tsam\tarchived \S+\tR\w+$/);
  expect(only(await admin("use-again", "boats"))).toBe("boats is in use.");
  expect(refused(await admin("archive", "general"))).toBe("general is everyone's first room: it stays in use.");
  for (const room of ["nowhere", direct.id]) {
    expect(refused(await admin("archive", room))).toBe(`There is no room “${room}”.`);
  }
  expect(only(await admin("name", "Harbour", "Makers"))).toBe("The workspace is called Harbour Makers now.");
  expect(refused(await admin("name", " "))).toMatch(/^name: /);
  expect((await admin("overview")).output).toMatch(/^people\t2\t.*deactivated: 1\nrooms\tpublic: 1\tprivate: 1\n/);
  const acts = (await admin("audit")).output.match(/(?<=command line\t)\S+/g);
  expect(acts).toEqual(["workspace.renamed", "room.reopened", "room.archived", "room.handed_over", "user.deactivated"]);
});

test("[AD9] while the server runs the command line does nothing, and it makes no workspace where there is none", async () => {
  await using workspace = await startedOnce("ada");
  const { url, kill, ended } = await workspace.start();
  expect(refused(await workspace.admin("deactivate", "ada"))).toMatch(
    /^Parley is running on the data folder \S+: stop it first, or use the admin area\.$/,
  );
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
  kill("SIGTERM");
  await ended;

  await using empty = await temporaryFolder();
  expect(refused(await runAdmin(["people"], {}, empty.path))).toMatch(
    /^There is no workspace in \S+data: start Parley/,
  );
  expect(existsSync(join(empty.path, "data"))).toBe(false);
});

test("[AD10] names cannot steer the terminal (MS-23)", async () => {
  await using workspace = await startedOnce("ada", "lin");
  const database = openSqlite(join(workspace.folder, "data/parley.db"), "read-write");
  database.all("UPDATE users SET display_name = ? WHERE username = 'lin'", ["L\u001b[2Ji\r\nn\u202e\u009b\tx"]);
  database.close();
  expect(only(await workspace.admin("people", "lin"))).toMatch(/^lin\tmember\tL\[2Jinx\t/);
  expect(refused(await workspace.admin("deactivate", "no\u001b[31m\none"))).toBe("There is nobody called “no[31mone”.");
});

test("[AD10] what cannot be understood is answered with the help, before any folder is touched", async () => {
  await using folder = await temporaryFolder();
  for (const words of [
    ["promote", "ada"],
    ["constructor"],
    ["set-role", "ada", "king"],
    ["deactivate"],
    ["audit", "ada", "lin"],
    ["archive"],
    ["hand-over", "general"],
    ["invites", "all"],
    ["name"],
  ]) {
    const { code, output, errors } = await runAdmin(words, {}, folder.path);
    expect([words, code, output]).toEqual([words, 2, ""]);
    expect(errors).toContain("reset-link <user>");
  }
  for (const words of [[], ["help"], ["--help"]]) {
    const { code, output, errors } = await runAdmin(words, {}, folder.path);
    expect([words, code, errors]).toEqual([words, 0, ""]);
    expect(output).toContain("reset-link <user>");
  }
  expect(refused(await runAdmin(["people"], { PARLEY_COLOUR: "green" }, folder.path))).toMatch(/not a setting/);
});

/** A workspace of these people, the first its owner, whose server has stopped. */
async function startedOnce(...usernames: readonly string[]) {
  const folder = await temporaryFolder();
  const cookies: Record<string, string> = {};
  const { url, kill, ended } = await startProgram({}, folder.path);
  for (const username of usernames) {
    const stranger = new Person(url, {} as User, "");
    const { headers } = await stranger.request("POST", "/api/auth/sign-up", { username, password: "a good password" });
    cookies[username] = cookieOf(headers);
  }
  kill("SIGTERM");
  await ended;
  return {
    folder: folder.path,
    cookies,
    start: () => startProgram({}, folder.path),
    admin: (...words: readonly string[]) => runAdmin(words, { PARLEY_URL: "https://chat.example.org" }, folder.path),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

/** The one line of a command that succeeded. */
function only({ code, output, errors }: Ending): string {
  expect([code, errors]).toEqual([0, ""]);
  expect(output).toMatch(/^[^\n]+\n$/);
  return output.trim();
}

/** The one line of a command that was refused. */
function refused({ code, output, errors }: Ending): string {
  expect([code, output]).toEqual([1, ""]);
  expect(errors).toMatch(/^[^\n]+\n$/);
  return errors.trim();
}

const firstColumn = (line: string): string => line.split("\t")[0] ?? "";
