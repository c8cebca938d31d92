import type { ResetLink } from "@parley/protocol/model";
import { Button } from "../../ui/Button.tsx";
import { copyText } from "../../ui/clipboard.ts";
import { formatFull } from "../../ui/time.ts";

/** A reset link, to be handed over by whoever made it: it is shown this once. */
export function Link(props: { readonly link: ResetLink }) {
  return (
    <div class="admin-link">
      <input
        class="input"
        readonly
        aria-label="Reset link"
        value={props.link.url}
        onFocus={(e) => e.currentTarget.select()}
      />
      <Button kind="primary" onClick={() => void copyText(props.link.url, "Link copied")}>
        Copy link
      </Button>
      <p class="dialog-text">It works once, until {formatFull(props.link.expiresAt)}, and is shown only here.</p>
    </div>
  );
}
