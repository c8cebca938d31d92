import { useClient } from "../../state/client.ts";
import { Ask } from "../../ui/Ask.tsx";
import { explain } from "../words.ts";

/** Asks before what has not been sent is lost. */
export function SignOut(props: { readonly onClose: () => void }) {
  const client = useClient();
  const count = () => client.unsent().length;
  return (
    <Ask
      title={count() === 1 ? "1 message has not been sent" : `${count()} messages have not been sent`}
      act="Sign out"
      onClose={props.onClose}
      explain={explain}
      send={() => client.signOut()}
    >
      Signing out deletes what has not been sent from this browser.
    </Ask>
  );
}
