import { type Accessor, createSignal, onCleanup } from "solid-js";

/**
 * Takes files that are dropped anywhere on the page, and tells whether some are held over it. Without it a browser would
 * leave the page for the file. While a dialog is open nothing is taken: what is dropped there is the dialog's.
 */
export function createFileDrop(onFiles: (files: readonly File[]) => void): Accessor<boolean> {
  const [over, setOver] = createSignal(false);
  const listeners = new AbortController();
  const listen = (type: "dragover" | "dragleave" | "drop", listener: (event: DragEvent) => void) =>
    document.addEventListener(type, listener, { signal: listeners.signal });
  const isOpen = () => document.querySelector("dialog[open]") === null;

  listen("dragover", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    setOver(isOpen());
  });
  listen("dragleave", ({ relatedTarget }) => {
    if (relatedTarget === null) setOver(false);
  });
  listen("drop", (event) => {
    setOver(false);
    if (!holdsFiles(event)) return;
    event.preventDefault();
    if (isOpen()) onFiles(filesOf(event.dataTransfer));
  });
  onCleanup(() => listeners.abort());
  return over;
}

/** Dropped or pasted files; none where text came along, as from a spreadsheet: then the text is meant. */
export function filesOf(data: DataTransfer | null): readonly File[] {
  return data && !data.types.includes("text/plain") ? [...data.files] : [];
}

const holdsFiles = ({ dataTransfer }: DragEvent): boolean => dataTransfer?.types.includes("Files") ?? false;
