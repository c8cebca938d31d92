import { type AuditEntry, actsOfStrangers } from "@parley/protocol/audit";
import { type ErrorCode, ParleyError } from "@parley/protocol/errors";
import { createUserBody } from "@parley/protocol/http/admin";
import { limits } from "@parley/protocol/limits";
import type { ResetLink, Role, SignUpPolicy, UserRecord } from "@parley/protocol/model";
import type { App } from "./app.ts";
import { openAccount } from "./domain/administration.ts";
import { must } from "./domain/outcome.ts";
import { newResetLink } from "./domain/passwords.ts";
import type { By, UserAct } from "./store/administration.ts";
import type { Outcome } from "./store/outcome.ts";

/** What `npm run admin` can do. Who has the data folder may do everything; only the rules of the workspace hold. */

export interface Tools extends Pick<App, "store" | "passwords" | "clock"> {
  /** Before the path of links; empty when nobody has said what the public address is. */
  readonly origin: string;
  /** One line. */
  print(...columns: readonly string[]): void;
}

export type Job = (tools: Tools) => Promise<void>;

interface Command {
  readonly usage: string;
  readonly summary: string;
  /** Null when these are not its arguments. */
  parse(words: readonly string[]): Job | null;
}

const commandLine: By = { userId: null, role: null, address: null };
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
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof store.listUserRecords>> = await store.listUserRecords({
      q,
      cursor,
      limit: limits.adminPageMax,
      at: clock.now(),
    });
    for (const user of page.items) print(...toColumns(user));
    cursor = page.cursor;
  } while (cursor !== null);
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
  const input = createUserBody.safeParse({ username, ...(displayName !== "" && { displayName }) });
  if (!input.success) {
    const [issue] = input.error.issues;
    throw new ParleyError("invalid", `${issue?.path.join(".")}: ${issue?.message}`);
  }
  const { user, link } = await openAccount(tools, commandLine, tools.origin, input.data);
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

async function requireUser({ store, clock }: Tools, reference: string): Promise<{ username: string; act: UserAct }> {
  const user = await store.findAccount({ reference });
  if (!user) throw new ParleyError("not_found", `There is nobody called “${reference}”.`);
  return {
    username: user.username,
    act: { userId: user.id, userRole: user.role, by: commandLine, at: clock.now() },
  };
}

const lastOwner = (username: string): string => `${username} is the last owner: make someone else an owner first.`;

/** Nobody else is at work in the folder, so an act that is not allowed has one reason. */
function settle<T>(outcome: Outcome<T, ErrorCode>, notAllowed: string): T {
  if (!outcome.ok && outcome.refusal === "not_allowed") throw new ParleyError("not_allowed", notAllowed);
  return must(outcome);
}
