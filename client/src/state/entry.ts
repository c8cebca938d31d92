import type { Author, Message } from "@parley/protocol/model";
import type { Deletion, Edit, Outgoing } from "@parley/sdk/outbox";
import { createSignal } from "solid-js";
import type { Change, Delivery, Entry } from "./client.ts";

const sent: Delivery = { kind: "sent" };
const pending: Delivery = { kind: "pending" };

/** One line of a timeline, for the state that changes it. */
export class LiveEntry implements Entry {
  readonly key: string;
  /** The sender's own key; null for a message that came from the server first. */
  readonly clientMessageId: string | null;
  readonly message: () => Message;
  readonly delivery: () => Delivery;
  readonly change: () => Change | null;
  /** The server has answered with the message, but what stands before it in the room has not arrived yet. */
  acked: Message | null = null;
  /** Its message without the change. */
  #base: Message;
  #change: Edit | Deletion | null = null;
  readonly #setMessage: (message: Message) => void;
  readonly #setDelivery: (delivery: Delivery) => void;
  readonly #setChange: (change: Change | null) => void;

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
    this.#base = first;
    const [message, setMessage] = createSignal(first);
    this.message = message;
    this.#setMessage = setMessage;
    const [currentDelivery, setDelivery] = createSignal(delivery);
    this.delivery = currentDelivery;
    this.#setDelivery = setDelivery;
    const [change, setChange] = createSignal<Change | null>(null);
    this.change = change;
    this.#setChange = setChange;
  }

  /** Shows a confirmed message. */
  confirm(message: Message): void {
    this.acked = null;
    if (this.#base === message) return;
    this.#base = message;
    this.#setDelivery(sent);
    this.#setMessage(changed(message, this.#change));
  }

  /** Shows it as the outbox has it. */
  put({ content }: Outgoing, failure: string | null): void {
    if (this.#base.content !== content) {
      this.#base = { ...this.#base, content };
      this.#setMessage(this.#base);
    }
    this.#setDelivery(failure === null ? pending : { kind: "failed", reason: failure });
  }

  /** Shows what its author has made of it, before the server has it; what has failed is told, and not shown. */
  putChange(key: string, act: Edit | Deletion, failure: string | null): void {
    this.#change = failure === null ? act : null;
    this.#setMessage(changed(this.#base, this.#change));
    this.#setChange({ key, failure, ...(act.kind === "edit" ? act : { kind: "delete", content: "" }) });
  }

  dropChange(): void {
    this.#change = null;
    this.#setMessage(this.#base);
    this.#setChange(null);
  }
}

function changed(message: Message, change: Edit | Deletion | null): Message {
  switch (change?.kind) {
    case undefined:
      return message;
    case "edit":
      return { ...message, content: change.content, editedAt: message.editedAt ?? change.createdAt };
    case "delete": {
      const { attachments: _files, reactions: _reactions, ...rest } = message;
      return { ...rest, content: "", deletedAt: change.createdAt };
    }
  }
}

const toMessage = ({ kind: _kind, ...outgoing }: Outgoing, author: Author): Message => {
  const { id, username, displayName, avatar } = author;
  return { id: 0, seq: 0, ...outgoing, author: { id, username, displayName, ...(avatar !== undefined && { avatar }) } };
};
