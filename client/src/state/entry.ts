import type { Message } from "@parley/protocol/model";
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

  static ofPending(message: Message, clientMessageId: string): LiveEntry {
    return new LiveEntry(`c${clientMessageId}`, clientMessageId, message, pending);
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

  /** What the outbox sends of it. */
  toOutgoing(): Outgoing {
    const { room, content, attachments } = this.shown;
    return { clientMessageId: this.clientMessageId ?? "", room, content, ...(attachments && { attachments }) };
  }

  setPending(): void {
    this.#setDelivery(pending);
  }

  setFailed(reason: string): void {
    this.#setDelivery({ kind: "failed", reason });
  }
}
