import type { Author, Message } from "@parley/protocol/model";
import type { Outgoing } from "@parley/sdk/outbox";
import { createSignal } from "solid-js";
import type { Delivery, Entry } from "./client.ts";

const sent: Delivery = { kind: "sent" };
const pending: Delivery = { kind: "pending" };

/** One line of a timeline, for the state that changes it. */
export class LiveEntry implements Entry {
  readonly key: string;
  /** The sender's own key; null for a message that came from the server first. */
  readonly clientMessageId: string | null;
  readonly message: () => Message;
  readonly delivery: () => Delivery;
  /** The server has answered with the message, but what stands before it in the room has not arrived yet. */
  acked: Message | null = null;
  /** Its message as shown: for code that must not track it. */
  shown: Message;
  readonly #setMessage: (message: Message) => void;
  readonly #setDelivery: (delivery: Delivery) => void;

  static ofMessage(message: Message): LiveEntry {
    return new LiveEntry(`m${message.id}`, null, message, sent);
  }

  static ofOutgoing(outgoing: Outgoing, author: Author): LiveEntry {
    const { clientMessageId } = outgoing;
    return new LiveEntry(`c${clientMessageId}`, clientMessageId, toMessage(outgoing, author), pending);
  }

  private constructor(key: string, clientMessageId: string | null, first: Message, delivery: Delivery) {
    this.key = key;
    this.clientMessageId = clientMessageId;
    this.shown = first;
    const [message, setMessage] = createSignal(first);
    this.message = message;
    this.#setMessage = setMessage;
    const [currentDelivery, setDelivery] = createSignal(delivery);
    this.delivery = currentDelivery;
    this.#setDelivery = setDelivery;
  }

  /** Shows a confirmed message. */
  confirm(message: Message): void {
    this.acked = null;
    if (this.shown === message) return;
    this.shown = message;
    this.#setMessage(message);
    this.#setDelivery(sent);
  }

  /** Shows it as the outbox has it. */
  put({ content }: Outgoing, failure: string | null): void {
    if (this.shown.content !== content) {
      this.shown = { ...this.shown, content };
      this.#setMessage(this.shown);
    }
    this.#setDelivery(failure === null ? pending : { kind: "failed", reason: failure });
  }
}

const toMessage = (outgoing: Outgoing, { id, username, displayName, avatar }: Author): Message => ({
  id: 0,
  seq: 0,
  ...outgoing,
  author: { id, username, displayName, ...(avatar !== undefined && { avatar }) },
});
