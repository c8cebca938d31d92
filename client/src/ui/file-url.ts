import { onCleanup } from "solid-js";

/** An address for a file of this page, for as long as what shows it is mounted. */
export function createFileUrl(file: Blob): string {
  const url = URL.createObjectURL(file);
  onCleanup(() => URL.revokeObjectURL(url));
  return url;
}
