import { useClient } from "../../state/client.ts";
import { Button } from "../../ui/Button.tsx";
import { Card } from "../../ui/Card.tsx";

/** The server did not answer, so it is not known yet who this is. */
export function Unreachable() {
  const client = useClient();
  return (
    <Card
      name={client.workspace().name || "Parley"}
      title="The server can't be reached"
      lead={<p class="card-lead">Your connection may be down, or the server is restarting. This page keeps trying.</p>}
    >
      <Button kind="primary" wide onClick={() => client.retryNow()}>
        Try now
      </Button>
    </Card>
  );
}
