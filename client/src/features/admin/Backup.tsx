import { formatBytes } from "@parley/protocol/bytes";
import type { Overview } from "@parley/protocol/model";
import { Match, Show, Switch } from "solid-js";
import { formatFull } from "../../ui/time.ts";
import { count } from "./count.ts";

const hourMs = 60 * 60 * 1000;

/** Whether the workspace could be had again. */
export function Backup(props: { readonly of: Overview["backup"] }) {
  const isLate = () => {
    const { plan, last } = props.of;
    return plan !== null && last !== null && Date.now() - Date.parse(last.at) > 2 * plan.everyMs;
  };
  return (
    <section>
      <h3>Backup</h3>
      <dl class="overview-facts">
        <div>
          <dt>Last backup</dt>
          <dd>
            <Show when={props.of.last} fallback="None yet">
              {(last) => (
                <Switch
                  fallback={
                    <>
                      {formatFull(last().at)} · {formatBytes(last().bytes, 1024)} · restored and checked
                    </>
                  }
                >
                  <Match when={last().problem}>
                    {(problem) => (
                      <span class="overview-warning">
                        Failed, {formatFull(last().at)}: {problem()}
                      </span>
                    )}
                  </Match>
                </Switch>
              )}
            </Show>
            <Show when={props.of.last?.missing}>
              {(missing) => (
                <span class="overview-warning"> {count(missing(), "file")} missing or damaged in the data folder.</span>
              )}
            </Show>
            <Show when={isLate()}>
              <span class="overview-warning"> That is long ago.</span>
            </Show>
          </dd>
        </div>
        <div>
          <dt>By itself</dt>
          <dd>
            <Show when={props.of.plan} fallback="Off: set PARLEY_BACKUP_FOLDER, or run npm run backup">
              {(plan) => (
                <>
                  Every {count(plan().everyMs / hourMs, "hour")} · the newest {plan().keep.toLocaleString()} are kept
                </>
              )}
            </Show>
          </dd>
        </div>
      </dl>
    </section>
  );
}
