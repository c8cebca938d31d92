import type { SignedIn } from "../accounts.ts";
import type { Reads } from "../store.ts";
import type { Input } from "../verbs/verb.ts";
import type { Write, WriteName } from "../writes.ts";

type Asked = Input<Reads["findSession"]>;

/** Some megabytes. */
const keptMax = 10_000;

/** What is written most, and changes neither sessions nor what is known of their users. */
const harmless: ReadonlySet<WriteName> = new Set<WriteName>([
  "appendMessage",
  "editMessage",
  "removeMessage",
  "putReaction",
  "removeReaction",
  "setReceipt",
  "putPlace",
  "createUpload",
  "finishUpload",
  "recordNotifications",
]);

/**
 * Sessions as they were read: nearly every request begins with looking for its own, which costs as much as the rest of it.
 *
 * What is kept is what the database would answer. This process alone writes to it, and whatever a commit may have changed is
 * forgotten before anyone hears of the commit.
 */
export class SessionCache {
  readonly #kept = new Map<string, SignedIn>();

  find({ tokenHash, at }: Asked, read: (asked: Asked) => SignedIn | null): SignedIn | null {
    const kept = this.#kept.get(tokenHash);
    if (kept && Date.parse(kept.session.expiresAt) > at) return kept;
    const found = read({ tokenHash, at });
    if (found) {
      if (this.#kept.size >= keptMax) this.#kept.clear();
      this.#kept.set(tokenHash, found);
    }
    return found;
  }

  onWritten(writes: readonly Write[]): void {
    if (this.#kept.size > 0 && !writes.every(({ verb }) => harmless.has(verb))) this.#kept.clear();
  }
}
