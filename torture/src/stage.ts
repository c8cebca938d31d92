import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Room, RoomId } from "@parley/protocol/model";
import { check, type Violation } from "./checker/check.ts";
import { readDump, readHeads } from "./dump.ts";
import { History } from "./history.ts";
import { type FaultProxy, startProxy } from "./proxy.ts";
import { createRandom, type Random } from "./random.ts";
import { Server } from "./server.ts";
import { Talker } from "./talker.ts";

/** How many take part, and in how many rooms. */
export interface Cast {
  readonly talkers: number;
  readonly rooms: number;
  /** How many of the rooms each is in. */
  readonly roomsEach: number;
  /** Whether each has a proxy of their own on the way to the server. */
  readonly proxied: boolean;
  /** How long each waits between two acts, on average. */
  readonly paceMs: number;
}

export interface StageOptions extends Cast {
  readonly seed: string;
  /** Faults may take so long to heal, before what is missing counts as lost. */
  readonly healMs: number;
}

const signUpsAtOnce = 16;
/** A client looks at the heads by itself at every heartbeat; asking it to look is what a page does that comes back. */
const wakeEveryMs = 2000;

/** The server, the talkers and the ways between them: what a scenario plays on. */
export class Stage {
  readonly folder: string;
  readonly server: Server;
  readonly history: History;
  readonly random: Random;
  readonly talkers: Talker[] = [];
  /** Where there are any, each talker's own, in their order. */
  readonly proxies: FaultProxy[] = [];
  readonly rooms: RoomId[] = [];
  /** What a scenario finds that is not an invariant. */
  readonly findings: string[] = [];
  readonly #options: StageOptions;
  /** Of the owner of the workspace and its rooms, who says nothing. */
  #owner = "";
  #talking: Promise<unknown> = Promise.resolve();
  #isTalking = false;

  static async open(name: string, options: StageOptions): Promise<Stage> {
    const folder = await mkdtemp(join(tmpdir(), `parley-torture-${name}-`));
    const stage = new Stage(folder, await Server.create(folder), options);
    await stage.server.start();
    await stage.#fill();
    return stage;
  }

  private constructor(folder: string, server: Server, options: StageOptions) {
    this.folder = folder;
    this.server = server;
    this.history = new History(join(folder, "history.jsonl"));
    this.random = createRandom(options.seed);
    this.#options = options;
  }

  /** Everyone does one thing after the other, until `rest`. */
  talk(): void {
    this.#isTalking = true;
    this.#talking = Promise.all(
      this.talkers.map(async (talker, index) => {
        const pace = this.random.fork(`pace ${index}`);
        await Bun.sleep(pace.next() * this.#options.paceMs);
        while (this.#isTalking) {
          talker.act();
          await Bun.sleep(2 * pace.next() * this.#options.paceMs);
        }
      }),
    );
  }

  async rest(): Promise<void> {
    this.#isTalking = false;
    await this.#talking;
  }

  /** Asks the owner's server directly, past every proxy. */
  async asOwner<T>(method: string, path: string, body?: object): Promise<T> {
    return request<T>(this.server.url, this.#owner, method, path, body);
  }

  /** Writes down what is done to the server or the network. */
  fault(kind: string, detail?: string): void {
    this.history.add({ type: "fault", kind, ...(detail !== undefined && { detail }) });
  }

  /** All clients look whether they are connected. */
  wake(): void {
    for (const { client } of this.talkers) client.wake();
  }

  /** Each of them looks at a moment of their own. */
  wakeWithin(ms: number, chance: Random): void {
    for (const { client } of this.talkers) setTimeout(() => client.wake(), chance.between(0, ms));
  }

  /**
   * Waits until everyone has reached the heads, and the server knows all that they have done; not for ever. With `wakes`
   * they are made to look, as by a page that comes back; else it is theirs to find out.
   */
  async settle({ wakes = true } = {}): Promise<void> {
    const started = performance.now();
    let lastWake = 0;
    while (!this.#isSettled() && performance.now() < started + this.#options.healMs) {
      if (wakes && performance.now() - lastWake > wakeEveryMs) {
        this.wake();
        lastWake = performance.now();
      }
      await Bun.sleep(200);
    }
  }

  /**
   * Lets everything heal, ends the run, and judges it. Whoever is not up to date by then is judged as they are. The server
   * is up, and no fault holds.
   */
  async judge(): Promise<readonly Violation[]> {
    await this.rest();
    await this.settle();
    for (const talker of this.talkers) await talker.lookBack();
    // Counts that are in doubt are asked for a moment after what made them so.
    for (let tries = 0; tries < 10 && this.#check().length > 0; tries++) await Bun.sleep(500);
    const views = this.#views();
    for (const { client } of this.talkers) client.close();
    for (const proxy of this.proxies) await proxy[Symbol.asyncDispose]();
    await this.server.stop();
    const dump = readDump(this.server.data, this.rooms);
    await Bun.write(join(this.folder, "views.json"), JSON.stringify(views));
    await Bun.write(join(this.folder, "dump.json"), JSON.stringify(dump));
    await this.history.close();
    return check({ history: this.history.events, views, dump });
  }

  /** Takes everything away. A folder that shows something is kept. */
  async close({ keep }: { readonly keep: boolean }): Promise<void> {
    await this.server.kill();
    if (!keep) await rm(this.folder, { recursive: true, force: true });
  }

  #check(): readonly Violation[] {
    const dump = readDump(this.server.data, this.rooms);
    return check({ history: this.history.events, views: this.#views(), dump });
  }

  #views() {
    return this.talkers.map((talker) => talker.view(this.rooms));
  }

  #isSettled(): boolean {
    const heads = readHeads(this.server.data);
    const isIndexed = this.rooms.every((room) => heads.get(room)?.isIndexed);
    return isIndexed && this.talkers.every((talker) => talker.hasReached(heads));
  }

  async #fill(): Promise<void> {
    const { talkers, rooms, roomsEach, proxied } = this.#options;
    this.#owner = await signUp(this.server.url, "owner");
    for (let n = 1; n <= rooms; n++) {
      this.rooms.push((await this.asOwner<Room>("POST", "/rooms", { name: `Room ${n}` })).id);
    }
    const names = Array.from({ length: talkers }, (_, index) => `talker-${index + 1}`);
    const choice = this.random.fork("rooms");
    const tokens: string[] = [];
    // The server hashes two passwords at a time, and turns away who would have to wait too long.
    while (tokens.length < talkers) {
      const some = names.slice(tokens.length, tokens.length + signUpsAtOnce);
      tokens.push(...(await Promise.all(some.map((name) => signUp(this.server.url, name)))));
    }
    for (const token of tokens) {
      const mine = new Set<RoomId>();
      while (mine.size < Math.min(roomsEach, rooms)) mine.add(choice.pick(this.rooms));
      for (const room of mine) await request(this.server.url, token, "PUT", `/rooms/${room}/membership`);
    }
    for (const [index, name] of names.entries()) {
      let origin = this.server.url;
      if (proxied) {
        const proxy = await startProxy(0, this.server.port, this.random.fork(`proxy ${index}`).next);
        this.proxies.push(proxy);
        origin = `http://127.0.0.1:${proxy.port}`;
      }
      const random = this.random.fork(name);
      const token = tokens[index] ?? "";
      this.talkers.push(await Talker.connect({ name, token, origin, history: this.history, random, names }));
    }
  }
}

async function signUp(url: string, username: string): Promise<string> {
  const response = await fetch(`${url}/api/auth/sign-up`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ username, password: `the password of ${username}` }),
  });
  const token = /session=([^;]+)/.exec(response.headers.get("set-cookie") ?? "")?.[1];
  if (response.status !== 201 || token === undefined) throw new Error(`sign-up: ${await response.text()}`);
  return token;
}

async function request<T>(url: string, token: string, method: string, path: string, body?: object): Promise<T> {
  const response = await fetch(`${url}/api${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body && { "content-type": "application/json" }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return (text === "" ? undefined : JSON.parse(text)) as T;
}
