import { afterEach, beforeEach, describe } from "bun:test";
import { accountsContract } from "./accounts.ts";
import { administrationContract } from "./administration.ts";
import { catchingUpContract } from "./catching-up.ts";
import { expectConvergence } from "./convergence.ts";
import { emailsContract } from "./emails.ts";
import { filesContract } from "./files.ts";
import { historiesContract } from "./histories.ts";
import { invitesContract } from "./invites.ts";
import { membershipsContract } from "./memberships.ts";
import { messagesContract } from "./messages.ts";
import { notificationsContract } from "./notifications.ts";
import { reactionsContract } from "./reactions.ts";
import { roomsContract } from "./rooms.ts";
import { searchContract } from "./search.ts";
import { sessionsContract } from "./sessions.ts";
import { type Engine, Stage } from "./stage.ts";
import { staleRightsContract } from "./stale-rights.ts";
import { unreadContract } from "./unread.ts";
import { writesContract } from "./writes.ts";

/**
 * The suite that each engine must pass. After every test its views must have converged: the deltas of each topic followed each
 * other without a hole, and an old view with the deltas, or with what changed since, is the freshly loaded view.
 */
export function storeContract(name: string, createEngine: () => Promise<Engine>): void {
  describe(`store: ${name}`, () => {
    let stage: Stage;
    beforeEach(async () => {
      stage = await Stage.open(await createEngine());
    });
    afterEach(async () => {
      try {
        await expectConvergence(stage);
      } finally {
        await stage.close();
      }
    });

    writesContract(() => stage);
    accountsContract(() => stage);
    emailsContract(() => stage);
    sessionsContract(() => stage);
    roomsContract(() => stage);
    membershipsContract(() => stage);
    invitesContract(() => stage);
    searchContract(() => stage);
    administrationContract(() => stage);
    messagesContract(() => stage);
    filesContract(() => stage);
    reactionsContract(() => stage);
    unreadContract(() => stage);
    notificationsContract(() => stage);
    historiesContract(createEngine);
    catchingUpContract(() => stage);
    staleRightsContract(() => stage);
  });
}
