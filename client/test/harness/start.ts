import type { Message, RoomId, UserId } from "@parley/protocol/model";
import { FakeServer } from "../../../sdk/test/harness/fake-server.ts";
import { ManualClock, settle } from "../../../sdk/test/harness/manual-clock.ts";
import { Network } from "../../../sdk/test/harness/network.ts";
import type { Entry } from "../../src/state/client.ts";
import { createClient, type RunningClient } from "../../src/state/create-client.ts";
import { Uploads } from "./uploads.ts";

export const ann: UserId = "UANN";
export const ben: UserId = "UBEN";
export const cleo: UserId = "UCLEO";
export const general: RoomId = "RGENERAL";

/** The cast: Ann is at the client; she and Ben are in the public room `general`; Cleo is not. */
export class World {
  readonly clock = new ManualClock();
  readonly server: FakeServer;
  readonly network: Network;
  readonly uploads = new Uploads();
  readonly client: RunningClient;
  readonly storage = new Map<string, string>();
  wake: () => void = () => {};

  constructor(user: UserId | null) {
    let publish: ConstructorParameters<typeof FakeServer>[0] = () => {};
    this.server = new FakeServer((delta) => publish(delta));
    this.server.addUser(ann, "ann");
    this.server.addUser(ben, "ben");
    this.server.addUser(cleo, "cleo");
    this.server.addRoom(general, "public", ann, "general");
    this.server.join(general, ben);
    this.network = new Network(this.server, user);
    publish = (delta) => this.network.publish(delta);
    const { storage } = this;
    this.client = createClient({
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
    });
  }

  /** Lets everything through, both ways, until all is quiet. */
  async flush(): Promise<void> {
    await settle();
    while (this.network.answer() || this.network.serve() || this.network.deliver()) await settle();
  }

  /** Lets time pass in small steps with an undisturbed network. */
  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 100) {
      await this.clock.advance(Math.min(100, left));
      await this.flush();
    }
  }

  /** Drops the frames for the client that match, as if they had been lost on the way. */
  lose(isLost: (frame: Network["wire"]["toClient"][number]) => boolean): void {
    const { toClient } = this.network.wire;
    toClient.splice(0, toClient.length, ...toClient.filter((frame) => !isLost(frame)));
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
