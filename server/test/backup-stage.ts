import { spawn } from "node:child_process";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Attachment, Message, Room, User } from "@parley/protocol/model";
import { cookieOf, Person } from "./harness.ts";
import { type Ending, type Program, startProgram, temporaryFolder } from "./program.ts";

const program = (name: string) => join(import.meta.dirname, `../src/${name}.ts`);

/** `npm run backup -- …` in the folder of a workspace, which a test may kill. */
export function runBackup(
  folder: string,
  words: readonly string[],
  environment: Environment = {},
  before: readonly string[] = [],
) {
  return run("make-backup", folder, words, environment, before);
}

/** `npm run restore -- …`, likewise. */
export function runRestore(
  folder: string,
  words: readonly string[],
  environment: Environment = {},
  before: readonly string[] = [],
) {
  return run("restore-backup", folder, words, environment, before);
}

type Environment = Readonly<Record<string, string>>;

/** `before`: a program that runs it. */
function run(name: string, cwd: string, words: readonly string[], environment: Environment, before: readonly string[]) {
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, ...environment };
  const [command = "", ...rest] = [...before, process.execPath, program(name), ...words];
  const child = spawn(command, rest, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  let errors = "";
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const ended = new Promise<Ending>((resolve) => child.on("close", (code) => resolve({ code, output, errors })));
  return { ended, kill: () => void child.kill("SIGKILL") };
}

/** A workspace that Ada owns and Lin is in, with a server that runs; and files and messages in its first room. */
export async function startWorkspace(environment: Environment = {}) {
  const folder = await temporaryFolder();
  let running: Program = await startProgram(environment, folder.path);
  const signUp = async (username: string) => {
    const stranger = new Person(running.url, {} as User, "");
    const credentials = { username, password: "a good password" };
    const { body, headers } = await stranger.request<User>("POST", "/api/auth/sign-up", credentials);
    return new Person(running.url, body, cookieOf(headers));
  };
  const ada = await signUp("ada");
  const lin = await signUp("lin");
  const { rooms } = await ada.ok<{ rooms: Room[] }>("GET", "/api/rooms");
  const [general] = rooms;
  if (!general) throw new Error("there is no general");
  const stop = async (signal: "SIGTERM" | "SIGKILL" = "SIGTERM") => {
    running.kill(signal);
    await running.ended;
  };
  return {
    folder: folder.path,
    ada,
    lin,
    general,
    stop,
    async start() {
      running = await startProgram(environment, folder.path);
      return running.url;
    },
    async [Symbol.asyncDispose]() {
      await stop("SIGKILL");
      await folder[Symbol.asyncDispose]();
    },
  };
}

export type Workspace = Awaited<ReturnType<typeof startWorkspace>>;

export async function sendFile(person: Person, room: Room, name: string, bytes: Uint8Array | string) {
  const file: Attachment = await person.upload(room, name, bytes);
  return person.ok<Message>("POST", `/api/rooms/${room.id}/messages`, { content: name, attachments: [file.id] });
}

export async function signIn(url: string, login: string): Promise<Person> {
  const stranger = new Person(url, {} as User, "");
  const { body, headers } = await stranger.request<User>("POST", "/api/auth/sign-in", {
    login,
    password: "a good password",
  });
  return new Person(url, body, cookieOf(headers));
}

/** Everything that was said in a room, oldest first. */
export async function everyMessage(person: Person, room: Room): Promise<readonly Message[]> {
  const all: Message[] = [];
  for (;;) {
    const { messages } = await person.messages(room, `?after=${all.at(-1)?.id ?? 0}&limit=100`);
    if (messages.length === 0) return all;
    all.push(...messages);
  }
}

/** Says things, several at a time, until it is told to stop. What was acknowledged is in `acknowledged` at once. */
export function keepTalking(people: readonly Person[], room: Room) {
  const acknowledged = new Map<number, string>();
  let stopped = false;
  const talking = people.map(async (person, index) => {
    using socket = await person.connect();
    for (let n = 0; !stopped; n++) {
      const { id, content } = await socket.send(room, `${index}-${n} ${"x".repeat(n % 300)}`);
      acknowledged.set(id, content);
    }
  });
  return {
    acknowledged,
    async stop() {
      stopped = true;
      await Promise.all(talking);
    },
  };
}

/** What lies in a folder, that which is hidden included. */
export const namesIn = async (folder: string): Promise<readonly string[]> => (await readdir(folder)).sort();
