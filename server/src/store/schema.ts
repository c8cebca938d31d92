/** Why a program does not touch data that a newer one has written. */
export const newerSchema = (found: number, known: number): string =>
  `The database has schema ${found} and this version of Parley knows only ${known}: ` +
  "start the newer version that wrote it, or restore a backup made before the upgrade.";
