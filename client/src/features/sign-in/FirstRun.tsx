import { Card } from "../../ui/Card.tsx";
import { AccountForm } from "./AccountForm.tsx";

/** Shown once in the life of a workspace: names it and opens the account that owns it. */
export function FirstRun() {
  return (
    <Card
      name="Parley"
      title="Set up your workspace"
      lead={<p class="card-lead">This is the first account. It looks after the workspace.</p>}
    >
      <AccountForm first submit="Create workspace" />
    </Card>
  );
}
