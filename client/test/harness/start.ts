import type { Message, RoomId, UserId } from "@parley/protocol/model";
import { MemoryOutboxStorage } from "@parley/sdk/outbox-storage";
import { ann, general, World as NetworkWorld } from "../../../sdk/test/harness/world.ts";
import type { Entry } from "../../src/state/client.ts";
import { createClient, type RunningClient } from "../../src/state/create-client.ts";
import { Uploads } from "./uploads.ts";

export { ann, ben, cleo, general } from "../../../sdk/test/harness/world.ts";

/** The network's world with Ann's client in it. */
export class World extends NetworkWorld {
  readonly uploads = new Uploads();
  client: RunningClient;
  /** What the client has said of before. */
  readonly refused: string[] = [];
  readonly outboxes = new Map<UserId, MemoryOutboxStorage>();
  readonly storage = new Map<string, string>();
  wake: () => void = () => {};

  constructor(user: UserId | null) {
    super(user);
    this.client = this.#start();
  }

  /** The page is loaded again. */
  reload(): void {
    this.client.close();
    this.network.wire.end();
    this.client = this.#start();
  }

  #start(): RunningClient {
    const { storage } = this;
    return createClient({
      origin: "http://test",
      clock: this.clock,
      fetch: this.network.fetch,
      openSocket: this.network.open,
      sendFile: this.uploads.sendFile,
      onWake: (wake) => {
        this.wake = wake;
      },
      storage: {
        getItem: (key) => storage.get(key) ?? null,
        setItem: (key, value) => void storage.set(key, value),
        removeItem: (key) => void storage.delete(key),
      },
      onRefused: (text) => void this.refused.push(text),
      openOutboxStorage: (user) => this.outboxOf(user).page(),
    });
  }

  /** What this browser keeps of someone. */
  outboxOf(user: UserId): MemoryOutboxStorage {
    const outbox = this.outboxes.get(user) ?? new MemoryOutboxStorage();
    this.outboxes.set(user, outbox);
    return outbox;
  }

  entries(room: RoomId = general): readonly Entry[] {
    return this.client.timeline(room).entries();
  }

  contents(room: RoomId = general): readonly string[] {
    return this.entries(room).map((entry) => entry.message().content);
  }

  messages(room: RoomId = general): readonly Message[] {
    return this.entries(room).map((entry) => entry.message());
  }

  deliveries(room: RoomId = general): readonly string[] {
    return this.entries(room).map((entry) => entry.delivery().kind);
  }
}

/** A client that has signed in, connected, and opened `general`. */
export async function startWorld(prepare: (world: World) => void = () => {}): Promise<World> {
  const world = new World(ann);
  prepare(world);
  await world.flush();
  world.client.timeline(general);
  await world.flush();
  return world;
}
