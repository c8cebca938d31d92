/** Why the program cannot start: one clear line that names the fix. It is printed, and the program exits with 1. */
export class StartError extends Error {
  override readonly name = "StartError";
}

/** Another process works on the data folder. */
export class FolderInUseError extends StartError {}
