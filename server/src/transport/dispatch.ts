import { type Command, type CommandType, commandSchemas } from "@parley/protocol/commands";
import { ParleyError } from "@parley/protocol/errors";
import type { AckSuccess } from "@parley/protocol/frames";
import type { z } from "zod";
import type { App } from "../app.ts";
import { deleteMessage, editMessage, notifyTyping, sendMessage } from "../domain/messages.ts";
import { addReaction, removeReaction } from "../domain/reactions.ts";
import { setReceipt } from "../domain/receipts.ts";
import type { SignedIn } from "../store/accounts.ts";
import type { Limit, Limits } from "./limits.ts";

/** The commands that are about the connection itself; the domain answers all others. */
export type ConnectionCommand = Extract<Command, { readonly type: "resume" | "ping" | "presence" | "presence.watch" }>;
export type DomainCommand = Exclude<Command, ConnectionCommand>;
export type AckFields = Omit<AckSuccess, "type" | "ref">;

/** What one command costs its user; HTTP takes from the same buckets. */
const costs: Readonly<Record<DomainCommand["type"], Limit>> = {
  "message.send": "send",
  "message.edit": "edit",
  "message.delete": "edit",
  "reaction.add": "react",
  "reaction.remove": "react",
  "receipt.set": "receipt",
  typing: "typing",
};

/** Runs a command for a user; the answer is what its ack carries. */
export async function dispatch(app: App, limits: Limits, actor: SignedIn, command: DomainCommand): Promise<AckFields> {
  limits.take(costs[command.type], actor.user.id);
  switch (command.type) {
    case "message.send":
      return { message: (await sendMessage(app, actor, command)).message };
    case "message.edit":
      return { message: await editMessage(app, actor, command) };
    case "message.delete":
      return { message: await deleteMessage(app, actor, command) };
    case "reaction.add":
      return { message: await addReaction(app, actor, command) };
    case "reaction.remove":
      return { message: await removeReaction(app, actor, command) };
    case "receipt.set":
      await setReceipt(app, actor, command);
      return {};
    case "typing":
      await notifyTyping(app, actor, command);
      return {};
  }
}

/** Parses what a client sent as one command. Throws `unknown_command`, or `invalid` with the first thing wrong. */
export function parseCommand(frame: Readonly<Record<string, unknown>>): Command {
  const type = frame.type;
  if (typeof type !== "string" || !isCommandType(type)) throw new ParleyError("unknown_command");
  const parsed = commandSchemas[type].safeParse(frame);
  if (!parsed.success) throw new ParleyError("invalid", firstIssue(parsed.error));
  return parsed.data;
}

/** Says which field is wrong and how, for a person to read. */
export function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0];
  if (!issue) return "is not valid";
  const path = issue.path.join(".");
  return path === "" ? issue.message : `${path}: ${issue.message}`;
}

function isCommandType(type: string): type is CommandType {
  return Object.hasOwn(commandSchemas, type);
}
