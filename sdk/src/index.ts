/** What bots and other programs without a screen take from this package. */
export { ParleyError } from "@parley/protocol/errors";
export type { Attachment, Message, MessageId, Room, RoomId, User } from "@parley/protocol/model";
export { type Clock, systemClock } from "./clock.ts";
export type { ConnectionStatus } from "./connection.ts";
export type { FollowedRoom, Loaded } from "./followed-room.ts";
export {
  connect,
  HeadlessClient,
  type HeadlessEvent,
  type HeadlessOptions,
  type Sending,
  type SendOptions,
} from "./headless-client.ts";
export type { Kept, OutboxStorage } from "./outbox-storage.ts";
export { type SignInOptions, signIn } from "./session.ts";
export type { OpenSocket, Socket, SocketEvents } from "./socket.ts";
