import { useClient } from "../../state/client.ts";
import { createAttempt } from "../../ui/attempt.ts";
import { Choice, type Option } from "../../ui/Choice.tsx";
import { FormProblem } from "../../ui/FormProblem.tsx";
import { explain } from "../words.ts";

const choices: readonly Option<"shared" | "kept">[] = [
  { value: "shared", label: "Show others", hint: "In direct and small rooms." },
  { value: "kept", label: "Keep to myself", hint: "From now on nobody is told, and you do not see it of others." },
];

/** Whether others may see how far this user has read. */
export function ShareReceipts() {
  const client = useClient();
  const attempt = createAttempt(explain);
  return (
    <>
      <Choice
        label="What I have read"
        options={choices}
        value={client.me().sharesReceipts === false ? "kept" : "shared"}
        onChange={(choice) => void attempt(() => client.editMe({ sharesReceipts: choice === "shared" }))}
      />
      <FormProblem text={attempt.problem()} />
    </>
  );
}
