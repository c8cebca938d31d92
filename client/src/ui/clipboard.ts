import { notify } from "./notices.tsx";

/** Copies a text and says so. */
export async function copyText(text: string, done: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    notify(done);
  } catch {
    notify("This browser did not allow copying.");
  }
}
