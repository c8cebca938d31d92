import { workspaceTopic } from "@parley/protocol/model";
import type { WorkspaceRecord } from "../administration.ts";
import type { Outcome } from "../outcome.ts";
import type { Writes } from "../store.ts";
import { record } from "./audit.ts";
import { toWorkspace, type WorkspaceRow, workspaceColumns } from "./rows.ts";
import { isStill } from "./standing.ts";
import { done, type Input, one, refuse, type Transaction, type Verb } from "./verb.ts";

export function* getWorkspace(): Verb<WorkspaceRecord> {
  const row = yield* findWorkspace();
  return { name: row.name, picture: row.picture, signUp: row.sign_up, epoch: row.epoch, userCount: row.user_count };
}

export function* putWorkspace(
  transaction: Transaction,
  input: Input<Writes["putWorkspace"]>,
): Verb<Outcome<null, "not_allowed">> {
  if (!(yield* isStill(input.by))) return refuse("not_allowed");
  const before = yield* findWorkspace();
  const name = input.name ?? before.name;
  const signUp = input.signUp ?? before.sign_up;
  if (name === before.name && signUp === before.sign_up) return done(null);
  const row = yield* one<WorkspaceRow>(
    `UPDATE workspace SET name = ?, sign_up = ?, head = head + 1, seq = head + 1 WHERE id = 1
     RETURNING ${workspaceColumns}`,
    name,
    signUp,
  );
  transaction.announce(workspaceTopic, row.head, { workspace: toWorkspace(row, transaction.defaults) });
  const { by, at } = input;
  const target = { kind: "workspace", id: "workspace", name } as const;
  if (name !== before.name) yield* record({ act: "workspace.renamed", by, target, detail: before.name, at });
  if (signUp !== before.sign_up) yield* record({ act: "workspace.sign_up_changed", by, target, detail: signUp, at });
  return done(null);
}

export const findWorkspace = (): Verb<WorkspaceRow> => one(`SELECT ${workspaceColumns} FROM workspace WHERE id = 1`);

/** Counts a new user. With its first the workspace is founded, which it tells. */
export function* countUser(transaction: Transaction): Verb<void> {
  const { user_count } = yield* one<WorkspaceRow>(
    `UPDATE workspace SET user_count = user_count + 1 WHERE id = 1 RETURNING ${workspaceColumns}`,
  );
  if (user_count > 1) return;
  const row = yield* one<WorkspaceRow>(
    `UPDATE workspace SET head = head + 1, seq = head + 1 WHERE id = 1 RETURNING ${workspaceColumns}`,
  );
  transaction.announce(workspaceTopic, row.head, { workspace: toWorkspace(row, transaction.defaults) });
}
