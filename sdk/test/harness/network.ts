import { decodeClientFrame } from "@parley/protocol/codec";
import type { Command } from "@parley/protocol/commands";
import { ParleyError } from "@parley/protocol/errors";
import type { DeltaFrame, ServerFrame } from "@parley/protocol/frames";
import type { Presence, Topic, UserId } from "@parley/protocol/model";
import type { OpenSocket, SocketEvents } from "../../src/socket.ts";
import type { FakeServer } from "./fake-server.ts";

/** One socket. Frames lie in its two queues until the test, or `Network.flush`, lets them through. */
export class Wire {
  readonly toServer: Command[] = [];
  readonly toClient: ServerFrame[] = [];
  readonly #events: SocketEvents;
  isOpen = true;
  /** Nothing comes through any more, and neither side notices. */
  isCut = false;
  welcomed = false;

  constructor(events: SocketEvents) {
    this.#events = events;
  }

  /** Hands the next frame to the client. */
  deliver(): void {
    const frame = this.toClient.shift();
    if (frame && this.isOpen && !this.isCut) this.#events.onMessage(JSON.stringify(frame));
  }

  close(code: number, reason = ""): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.#events.onClose(code, reason);
  }

  /** The client closes. */
  end(): void {
    this.isOpen = false;
  }
}

/** A request that waits for the test, or `Network.flush`, to answer it. */
export interface Pending {
  readonly method: string;
  readonly path: string;
  /** Lets the server work it out now; `deliver` brings the answer. */
  read(): { deliver(): void };
  fail(): void;
}

/** Everything between one client and the server. */
export class Network {
  readonly wires: Wire[] = [];
  readonly requests: Pending[] = [];
  /** Commands that the server has seen. */
  readonly received: Command[] = [];
  /** The path of every request. */
  readonly asked: string[] = [];
  isDown = false;
  /** Sockets do not get through, while HTTP does. */
  isBlocked = false;
  signedIn: UserId | null;
  readonly presence = new Map<UserId, Presence>();
  /** Answers a command instead of the server. */
  intercept: ((command: Command) => ParleyError | null) | null = null;
  readonly #server: FakeServer;

  constructor(server: FakeServer, user: UserId | null) {
    this.#server = server;
    this.signedIn = user;
  }

  get wire(): Wire {
    const wire = this.wires.at(-1);
    if (!wire) throw new Error("no socket was opened");
    return wire;
  }

  readonly open: OpenSocket = (events) => {
    const wire = new Wire(events);
    this.wires.push(wire);
    return {
      send: (text) => {
        const frame = decodeClientFrame(text);
        if (frame) wire.toServer.push(frame as unknown as Command);
      },
      close: () => wire.end(),
    };
  };

  readonly fetch = (url: string, init: RequestInit): Promise<Response> => {
    const method = init.method ?? "GET";
    const path = new URL(url).pathname.replace("/api", "") + new URL(url).search;
    this.asked.push(path);
    return new Promise((resolve, reject) => {
      init.signal?.addEventListener("abort", () => reject(new Error("aborted")));
      this.requests.push({
        method,
        path,
        read: () => {
          const response = this.#answer(method, path, init.body);
          return { deliver: () => resolve(response) };
        },
        fail: () => reject(new TypeError("network down")),
      });
    });
  };

  publish(delta: DeltaFrame): void {
    const user = this.signedIn;
    if (user === null) return;
    for (const wire of this.wires) {
      const readable =
        this.#server.topicsOf(user).includes(delta.topic) ||
        this.#server.isMember(delta.topic.slice("room:".length), user);
      if (wire.isOpen && wire.welcomed && readable) wire.toClient.push(structuredClone(delta));
    }
  }

  /** The server reads what has come, or welcomes a new socket. */
  serve(): boolean {
    let busy = false;
    for (const wire of this.wires) {
      if (!wire.isOpen || wire.isCut) continue;
      if (this.isDown || this.isBlocked || this.signedIn === null) {
        wire.close(1006);
        busy = true;
      } else if (!wire.welcomed) {
        this.#welcome(wire, this.signedIn);
        busy = true;
      }
      for (const command of wire.toServer.splice(0)) {
        busy = true;
        this.received.push(command);
        this.#run(wire, command);
      }
    }
    return busy;
  }

  /** Answers every request. */
  answer(): boolean {
    const requests = this.requests.splice(0);
    for (const request of requests) {
      if (this.isDown) request.fail();
      else request.read().deliver();
    }
    return requests.length > 0;
  }

  /** Brings the client every frame that lies ready. */
  deliver(): boolean {
    let busy = false;
    for (const wire of this.wires) {
      while (wire.isOpen && !wire.isCut && wire.toClient.length > 0) {
        wire.deliver();
        busy = true;
      }
    }
    return busy;
  }

  #welcome(wire: Wire, id: UserId): void {
    const user = this.#server.users.get(id);
    if (!user) throw new Error("unknown user");
    wire.welcomed = true;
    wire.toClient.push({ type: "welcome", protocol: 1, user, epoch: this.#server.epoch, heartbeatMs: 25_000 });
  }

  #run(wire: Wire, command: Command): void {
    const me = this.signedIn ?? "";
    const server = this.#server;
    const refused = this.intercept?.(command);
    try {
      if (refused) throw refused;
      switch (command.type) {
        case "ping": {
          const heads = Object.fromEntries(server.topicsOf(me).map((topic) => [topic, server.head(topic)]));
          wire.toClient.push({ type: "pong", heads });
          return;
        }
        case "typing":
        case "presence":
          return;
        case "presence.watch": {
          const presence = Object.fromEntries(
            command.users.map((user) => [user, this.presence.get(user) ?? "offline"]),
          );
          wire.toClient.push({ type: "ack", ref: command.ref, presence });
          return;
        }
        case "resume": {
          const gone = this.#resume(wire, me, command.epoch, command.topics);
          wire.toClient.push({ type: "ack", ref: command.ref, gone });
          return;
        }
        case "receipt.set":
          server.setReceipt(command.room, me, command.upTo, command.unread);
          wire.toClient.push({ type: "ack", ref: command.ref });
          return;
        case "message.send": {
          const message = server.send(
            command.room,
            me,
            command.content,
            command.clientMessageId,
            undefined,
            command.attachments,
          );
          wire.toClient.push({ type: "ack", ref: command.ref, message });
          return;
        }
        case "message.edit":
          wire.toClient.push({
            type: "ack",
            ref: command.ref,
            message: server.edit(command.room, command.id, command.content),
          });
          return;
        case "reaction.add":
        case "reaction.remove": {
          const { room, id, emoji, ref } = command;
          const message = server.react(room, id, me, emoji, command.type === "reaction.add");
          wire.toClient.push({ type: "ack", ref, message });
          return;
        }
        case "message.delete":
          wire.toClient.push({ type: "ack", ref: command.ref, message: server.remove(command.room, command.id) });
          return;
      }
    } catch (error) {
      if (!(error instanceof ParleyError)) throw error;
      wire.toClient.push({ type: "ack", ref: command.ref ?? null, error: error.toWire() } as ServerFrame);
    }
  }

  #resume(wire: Wire, me: UserId, epoch: string | undefined, topics: Readonly<Record<string, number>>) {
    const server = this.#server;
    const allowed = server.topicsOf(me);
    const gone: Topic[] = [];
    for (const [name, since] of Object.entries(topics)) {
      const topic = allowed.find((known) => known === name);
      if (!topic) {
        gone.push(name as Topic);
      } else if (epoch !== server.epoch) {
        wire.toClient.push({ type: "reset", topic, head: server.head(topic) });
      } else {
        const frame = server.changesSince(topic, since);
        if (frame) wire.toClient.push(structuredClone(frame));
      }
    }
    return gone;
  }

  #answer(method: string, path: string, body: unknown): Response {
    try {
      const answer = this.#route(method, path, typeof body === "string" ? JSON.parse(body) : {});
      return answer === null ? new Response(null, { status: 204 }) : Response.json(structuredClone(answer));
    } catch (error) {
      if (!(error instanceof ParleyError)) throw error;
      const { code, message: detail, status, retryAfterMs } = error;
      return Response.json({ type: "about:blank", title: detail, detail, code, status, retryAfterMs }, { status });
    }
  }

  #route(method: string, path: string, body: Readonly<Record<string, string>>): unknown {
    const server = this.#server;
    const url = new URL(path, "http://test");
    const [, noun, id, part] = url.pathname.split("/");
    const route = `${method} /${noun}${id === undefined ? "" : `/${noun === "auth" ? id : ":id"}`}${part ? `/${part}` : ""}`;
    if (route === "GET /start") {
      const user = this.signedIn === null ? null : server.users.get(this.signedIn);
      return { workspace: server.workspace, user, fileBytes: server.fileBytes };
    }
    if (route === "POST /auth/sign-in") {
      const user = [...server.users.values()].find(({ username }) => username === body.login);
      if (!user) throw new ParleyError("bad_credentials");
      this.signedIn = user.id;
      return user;
    }
    const me = this.signedIn;
    if (me === null) throw new ParleyError("not_signed_in");
    const room = id ?? "";
    switch (route) {
      case "POST /auth/sign-out":
        this.signedIn = null;
        return null;
      case "DELETE /uploads/:id":
        return null;
      case "GET /me":
        return server.users.get(me);
      case "POST /resume": {
        const asked = body as unknown as { readonly topics: Readonly<Record<string, number>>; readonly epoch?: string };
        const wire = new Wire({ onMessage() {}, onClose() {} });
        const gone = this.#resume(wire, me, asked.epoch ?? server.epoch, asked.topics);
        const heads = Object.fromEntries(server.topicsOf(me).map((topic) => [topic, server.head(topic)]));
        return { frames: wire.toClient, gone, heads, epoch: server.epoch };
      }
      case "POST /commands": {
        const command = body as unknown as Command;
        this.received.push(command);
        const wire = new Wire({ onMessage() {}, onClose() {} });
        this.#run(wire, command);
        const [answer = { type: "ack", ref: null }] = wire.toClient;
        if ("error" in answer && answer.error) throw new ParleyError(answer.error.code, answer.error.message);
        return answer;
      }
      case "PATCH /me":
        return server.rename(me, body.displayName ?? "");
      case "GET /rooms": {
        const heads = Object.fromEntries(
          server
            .topicsOf(me)
            .filter((topic) => !topic.startsWith("room:"))
            .map((topic) => [topic, server.head(topic)]),
        );
        return { rooms: server.roomsOf(me), heads, epoch: server.epoch };
      }
      case "POST /rooms": {
        const name = body.name ?? "";
        server.addRoom(`R${name.toUpperCase()}`, "public", me, name);
        return server.roomOf(`R${name.toUpperCase()}`, me);
      }
      case "POST /direct-rooms": {
        const others = [...server.users.values()].filter(({ username }) => body.users?.includes(username));
        server.addDirectRoom("RDIRECT", me, ...others.map(({ id }) => id));
        return server.roomOf("RDIRECT", me);
      }
      case "PATCH /rooms/:id":
        server.editRoom(room, body);
        return server.roomOf(room, me);
      case "DELETE /rooms/:id":
        server.removeRoom(room);
        return null;
      case "GET /rooms/:id":
        return server.roomOf(room, me);
      case "PATCH /rooms/:id/membership":
        server.requireMember(room, me);
        return server.roomOf(room, me).membership;
      case "PUT /rooms/:id/membership":
        return server.join(room, me);
      case "DELETE /rooms/:id/membership":
        server.leave(room, me);
        return null;
      case "GET /users/:id": {
        const user = server.users.get(room);
        if (!user) throw new ParleyError("not_found");
        return user;
      }
      case "GET /rooms/:id/members":
        server.requireMember(room, me);
        return { members: server.members(room), cursor: null };
      case "GET /rooms/:id/my-reactions":
        server.requireMember(room, me);
        return server.ownReactions(room, me, (url.searchParams.get("messages") ?? "").split(",").map(Number));
      case "GET /rooms/:id/messages": {
        server.requireMember(room, me);
        const { limit = 25, ...cursor } = Object.fromEntries(
          [...url.searchParams].map(([name, value]) => [name, Number(value)]),
        );
        return server.page(room, cursor, limit);
      }
      default:
        throw new ParleyError("not_found");
    }
  }
}
