import { join } from "node:path";
import type { Room, User } from "@parley/protocol/model";
import { cookieOf, Person } from "../../../server/test/harness.ts";
import { main, startProgram } from "../../../server/test/program.ts";
import { traced } from "./strace.ts";

/** Every key that a recorded run gives to a message. */
export const keyPattern = /key-[0-9a-f]{32}/g;

const sockets = 4;
const atOnce = 8;
/** After so many, nothing is sent for long enough that what is in the log is moved into the database. */
const pauseEvery = 50;
const pauseMs = 300;

export interface Talk {
  /** What the program asked of the operating system, from its start on an empty folder to its end. */
  readonly log: string;
  readonly data: string;
  /** Keys of what was acknowledged. */
  readonly acknowledged: readonly string[];
}

/** Sends so many messages to the program, which a tracer looks at, and then kills it. */
export async function talkTraced(folder: string, sends: number): Promise<Talk> {
  const log = join(folder, "calls.log");
  const data = join(folder, "data");
  const command = traced(log, [process.execPath, main]);
  const program = await startProgram({ PARLEY_DATA: data }, folder, { command });
  try {
    const answer = await new Person(program.url, {} as User, "").request<User>("POST", "/api/auth/sign-up", {
      username: "ada",
      password: "a good password of ada",
    });
    const ada = new Person(program.url, answer.body, cookieOf(answer.headers));
    const [room] = (await ada.ok<{ rooms: Room[] }>("GET", "/api/rooms")).rooms;
    if (!room) throw new Error("there is no room");
    const open = await Promise.all(Array.from({ length: sockets }, () => ada.connect()));
    const acknowledged: string[] = [];
    for (let sent = 0; sent < sends; sent += atOnce) {
      if (sent % pauseEvery < atOnce && sent > 0) await Bun.sleep(pauseMs);
      await Promise.all(
        Array.from({ length: Math.min(atOnce, sends - sent) }, async (_, each) => {
          const key = `key-${crypto.randomUUID().replaceAll("-", "")}`;
          await open[each % sockets]?.send(room, `message ${sent + each}`, key);
          acknowledged.push(key);
        }),
      );
    }
    return { log, data, acknowledged };
  } finally {
    program.kill("SIGKILL");
    // The tracer ends after it, and has written everything down by then.
    await program.ended;
  }
}
