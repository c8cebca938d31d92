import type { RoomId, UserId } from "@parley/protocol/model";
import { FakeServer } from "./fake-server.ts";
import { ManualClock, settle } from "./manual-clock.ts";
import { Network, type Wire } from "./network.ts";

export const ann: UserId = "UANN";
export const ben: UserId = "UBEN";
export const cleo: UserId = "UCLEO";
export const general: RoomId = "RGENERAL";

/** The cast: Ann is at the client; she and Ben are in the public room `general`; Cleo is not. */
export class World {
  readonly clock = new ManualClock();
  readonly server: FakeServer;
  readonly network: Network;

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
  lose(isLost: (frame: Wire["toClient"][number]) => boolean): void {
    const { toClient } = this.network.wire;
    toClient.splice(0, toClient.length, ...toClient.filter((frame) => !isLost(frame)));
  }
}
