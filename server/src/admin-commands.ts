import { type AuditEntry, actsOfStrangers } from "@parley/protocol/audit";
import { createUserBody } from "@parley/protocol/http/admin";
import { workspaceBody } from "@parley/protocol/http/workspace";
import { limits } from "@parley/protocol/limits";
import type { ResetLink, Role, SignUpPolicy, UserRecord } from "@parley/protocol/model";
import { roomCommands } from "./admin-room-commands.ts";
import {
  type Command,
  commandLine,
  everyOne,
  type Job,
  parseInput,
  requireUser,
  settle,
  type Tools,
} from "./admin-tools.ts";
import { openAccount } from "./domain/administration.ts";
import { must } from "./domain/outcome.ts";
import { newResetLink } from "./domain/passwords.ts";

/** What `npm run admin` can do. Who has the data folder may do everything; only the rules of the workspace hold. */

const roles: readonly Role[] = ["owner", "admin", "member"];
const policies: readonly SignUpPolicy[] = ["open", "invite", "closed"];

const commands: Readonly<Record<string, Command>> = {
  people: {
    usage: "people [words]",
    summary: "everybody, or those whose names or e-mail address have these words",
    parse: (words) => (tools) => listPeople(tools, words.join(" ")),
  },
  "create-person": {
    usage: "create-person <username> [display name]",
    summary: "opens an account, and prints the link to choose its password with",
    parse: ([username, ...displayName]) =>
      username === undefined ? null : (tools) => createPerson(tools, username, displayName.join(" ")),
  },
  "reset-link": {
    usage: "reset-link <user>",
    summary: "prints a link to choose a new password with; it works once, for a day",
    parse: onUser(createResetLink),
  },
  "set-role": {
    usage: "set-role <user> owner|admin|member",
    summary: "gives a person another role",
    parse([reference, word, ...rest]) {
      const role = roles.find((each) => each === word);
      if (reference === undefined || role === undefined || rest.length > 0) return null;
      return (tools) => setRole(tools, reference, role);
    },
  },
  deactivate: {
    usage: "deactivate <user>",
    summary: "signs a person out everywhere and keeps them out",
    parse: onUser(deactivate),
  },
  reactivate: {
    usage: "reactivate <user>",
    summary: "lets a deactivated person sign in again",
    parse: onUser(reactivate),
  },
  "sign-out": {
    usage: "sign-out <user>",
    summary: "ends every session of a person",
    parse: onUser(signOut),
  },
  "sign-up": {
    usage: "sign-up open|invite|closed",
    summary: "says who may open an account",
    parse([word, ...rest]) {
      const policy = policies.find((each) => each === word);
      return policy === undefined || rest.length > 0 ? null : (tools) => setSignUp(tools, policy);
    },
  },
  name: {
    usage: "name <workspace name>",
    summary: "calls the workspace something else",
    parse: (words) => (words.length === 0 ? null : (tools) => rename(tools, words.join(" "))),
  },
  ...roomCommands,
  overview: {
    usage: "overview",
    summary: "how many people, rooms and messages there are, and what they take",
    parse: (words) => (words.length > 0 ? null : printOverview),
  },
  audit: {
    usage: "audit [user]",
    summary: "what was done, by and to everybody or one person, newest first",
    parse: ([reference, ...rest]) => (rest.length > 0 ? null : (tools) => listAudit(tools, reference)),
  },
};

export const help = `npm run admin -- <command>: for emergencies, while Parley is stopped. <user> is a user name or an id.

${[...Object.values(commands), { usage: "help", summary: "this" }]
  .map(({ usage, summary }) => `  ${usage.padEnd(41)}${summary}`)
  .join("\n")}
`;

/** What was asked for; null when it cannot be understood. */
export function parseJob([name = "help", ...words]: readonly string[]): Job | "help" | null {
  if (["help", "--help", "-h"].includes(name)) return "help";
  return Object.hasOwn(commands, name) ? (commands[name]?.parse(words) ?? null) : null;
}

function onUser(act: (tools: Tools, reference: string) => Promise<void>): Command["parse"] {
  return ([reference, ...rest]) =>
    reference === undefined || rest.length > 0 ? null : (tools) => act(tools, reference);
}

async function listPeople({ store, clock, print }: Tools, q: string): Promise<void> {
  const people = everyOne((page) => store.listUserRecords({ q, ...page, at: clock.now() }));
  for await (const user of people) print(...toColumns(user));
}

const toColumns = (user: UserRecord): readonly string[] => [
  user.username,
  user.role,
  user.displayName,
  user.email ?? "no e-mail address",
  user.deactivatedAt === undefined ? `sessions: ${user.sessions}` : `deactivated ${user.deactivatedAt}`,
  user.id,
];

async function createPerson(tools: Tools, username: string, displayName: string): Promise<void> {
  const input = parseInput(createUserBody, { username, ...(displayName !== "" && { displayName }) });
  const { user, link } = await openAccount(tools, commandLine, tools.origin, input);
  printLink(tools, user.username, link);
}

async function createResetLink(tools: Tools, reference: string): Promise<void> {
  const { username, act } = await requireUser(tools, reference);
  const { link, reset } = newResetLink(tools, tools.origin);
  const made = await tools.store.createReset({ ...act, reset });
  settle(made, `${username} is deactivated: reactivate them first.`);
  printLink(tools, username, link);
}

const printLink = ({ print }: Tools, username: string, { url, expiresAt }: ResetLink) =>
  print(`${username} can choose a password at ${url} until ${expiresAt}.`);

async function setRole(tools: Tools, reference: string, role: Role): Promise<void> {
  const { username, act } = await requireUser(tools, reference);
  settle(await tools.store.putUserRole({ ...act, role }), lastOwner(username));
  tools.print(`${username} is ${role} now.`);
}

async function deactivate(tools: Tools, reference: string): Promise<void> {
  const { username, act } = await requireUser(tools, reference);
  settle(await tools.store.deactivateUser(act), lastOwner(username));
  tools.print(`${username} is deactivated.`);
}

async function reactivate(tools: Tools, reference: string): Promise<void> {
  const { username, act } = await requireUser(tools, reference);
  must(await tools.store.reactivateUser(act));
  tools.print(`${username} can sign in.`);
}

async function signOut(tools: Tools, reference: string): Promise<void> {
  const { username, act } = await requireUser(tools, reference);
  must(await tools.store.revokeSessions(act));
  tools.print(`${username} is signed out everywhere.`);
}

async function setSignUp({ store, clock, print }: Tools, signUp: SignUpPolicy): Promise<void> {
  await store.putWorkspace({ signUp, by: commandLine, at: clock.now() });
  print(`Sign-up is ${signUp} now.`);
}

async function rename({ store, clock, print }: Tools, text: string): Promise<void> {
  const { name } = parseInput(workspaceBody, { name: text });
  if (name === undefined) return;
  must(await store.putWorkspace({ name, by: commandLine, at: clock.now() }));
  print(`The workspace is called ${name} now.`);
}

async function printOverview({ store, clock, print }: Tools): Promise<void> {
  const { users, rooms, messages, databaseBytes, files } = await store.getOverview({ at: clock.now() });
  print("people", `${users.active}`, `signed in: ${users.signedIn}`, `deactivated: ${users.deactivated}`);
  print("rooms", `public: ${rooms.public}`, `private: ${rooms.private}`);
  print("messages", `${messages}`);
  print("database", `${databaseBytes} bytes`);
  for (const [purpose, { count, bytes }] of Object.entries(files)) print(`${purpose}s`, `${count}`, `${bytes} bytes`);
}

async function listAudit(tools: Tools, reference: string | undefined): Promise<void> {
  const { store, print } = tools;
  const userId = reference === undefined ? null : (await requireUser(tools, reference)).act.userId;
  let before: number | null = null;
  for (;;) {
    const page = { act: null, userId, before, limit: limits.adminPageMax };
    const entries: readonly AuditEntry[] = await store.listAudit(page);
    for (const { at, actor, act, target, detail, address } of entries) {
      const nobody = actsOfStrangers.has(act) ? "someone signed out" : "the command line";
      print(at, actor?.username ?? nobody, act, target?.name ?? "", detail ?? "", address ?? "");
    }
    const last = entries.at(-1);
    if (!last) return;
    before = last.id;
  }
}

const lastOwner = (username: string): string => `${username} is the last owner: make someone else an owner first.`;
