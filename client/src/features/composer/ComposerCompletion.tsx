import { onMount } from "solid-js";
import { CompletionList, type CompletionSource, createCompletion, type TextCompletion } from "../../ui/Completion.tsx";
import { emojiCompletion } from "./emoji-completion.ts";

/** What completes words in the composer: loaded when somebody begins to write. */
export function ComposerCompletion(props: {
  readonly sources: readonly CompletionSource[];
  readonly controls: (completion: TextCompletion) => void;
}) {
  const completion = createCompletion(() => [emojiCompletion, ...props.sources]);
  onMount(() => props.controls(completion));
  return <CompletionList completion={completion} />;
}
