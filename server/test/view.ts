import { applyDelta, type RoomView, relate } from "@parley/protocol/apply";
import type { Membership, Message, Receipt, Room, Seq } from "@parley/protocol/model";
import type { Person, TestSocket } from "./harness.ts";

/**
 * The convergence check: an old view plus the deltas that a socket received must be the view that a fresh load gives
 * [TD7]. Every whole-server test of something that writes uses it.
 */
export class WatchedRoom {
  readonly #person: Person;
  readonly #socket: TestSocket;
  readonly #room: Room;
  readonly #start: RoomView;

  private constructor(person: Person, socket: TestSocket, room: Room, start: RoomView) {
    this.#person = person;
    this.#socket = socket;
    this.#room = room;
    this.#start = start;
  }

  static async open(person: Person, socket: TestSocket, room: Room): Promise<WatchedRoom> {
    return new WatchedRoom(person, socket, room, await loadView(person, room));
  }

  /** The view that the received deltas lead to. Throws when they have a hole. */
  async view(): Promise<RoomView> {
    await this.#socket.settle();
    let view = this.#start;
    for (const delta of this.#socket.deltas(`room:${this.#room.id}`)) {
      const relation = relate(view.seq, delta);
      if (relation === "gap") throw new Error(`a hole: at ${view.seq}, got ${delta.from} → ${delta.to}`);
      if (relation === "next") view = applyDelta(view, delta);
    }
    return view;
  }

  /** Both views, in a shape that compares well. */
  async both(): Promise<readonly [unknown, unknown]> {
    const followed = await this.view();
    const fresh = await loadView(this.#person, this.#room);
    const first = Math.max(followed.messages[0]?.id ?? 1, fresh.messages[0]?.id ?? 1);
    return [comparable(followed, first), comparable(fresh, first)];
  }
}

export async function loadView(person: Person, room: Room): Promise<RoomView> {
  const page = await person.ok<{ messages: Message[]; head: Seq }>("GET", `/api/rooms/${room.id}/messages?limit=100`);
  const record = await person.ok<Room>("GET", `/api/rooms/${room.id}`);
  const { members } = await person.ok<{ members: Membership[] }>("GET", `/api/rooms/${room.id}/members`);
  const { receipts } = await person.ok<{ receipts: Receipt[] }>("GET", `/api/rooms/${room.id}/receipts`);
  return {
    seq: page.head,
    messages: page.messages,
    room: record,
    members: new Map(members.map((membership) => [membership.user.id, membership])),
    receipts: new Map(receipts.map(({ user, upTo }) => [user, upTo])),
    gone: false,
  };
}

function comparable(view: RoomView, first: number) {
  const { membership: _, lastMessageId: __, lastMessageAt: ___, ...room } = view.room ?? ({} as Room);
  return {
    seq: view.seq,
    messages: view.messages.filter((message) => message.id >= first),
    room,
    members: [...view.members.values()].sort((a, b) => a.user.username.localeCompare(b.user.username)),
    receipts: [...view.receipts].sort(([a], [b]) => (a < b ? -1 : 1)),
  };
}
