import type { Message } from "@parley/protocol/model";
import type { Feed } from "./feed.ts";
import type { Act } from "./outbox.ts";

/** Sends an act of the outbox over the connection there is. */
export async function sendAct(feed: Feed, act: Act): Promise<Message | null> {
  const { room } = act;
  switch (act.kind) {
    case "send": {
      const { content, clientMessageId, attachments } = act;
      const files = attachments && { attachments: attachments.map(({ id }) => id) };
      return feed.requestMessage({ type: "message.send", room, content, clientMessageId, ...files });
    }
    case "edit":
      return feed.requestMessage({ type: "message.edit", room, id: act.id, content: act.content });
    case "delete":
      return feed.requestMessage({ type: "message.delete", room, id: act.id });
    case "react": {
      const { id, emoji, on } = act;
      return feed.requestMessage({ type: on ? "reaction.add" : "reaction.remove", room, id, emoji });
    }
    case "read": {
      const { upTo, unread } = act;
      await feed.connection.request({ type: "receipt.set", room, upTo, ...(unread && { unread }) });
      return null;
    }
  }
}
