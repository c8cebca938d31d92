import { existsSync, statfsSync } from "node:fs";
import { dirname, resolve } from "node:path";

/**
 * File systems of other machines, by the numbers that Linux gives them. What comes by FUSE or 9p is not among them: it may as
 * well be a folder of this machine that a container is shown.
 */
const networkTypes: ReadonlySet<number> = new Set([
  0x6969, // NFS
  0x517b, // SMB
  0xff534d42, // CIFS
  0xfe534d42, // SMB 2 and later
  0x00c36400, // Ceph
  0x5346414f, // AFS
  0x6b414653, // AFS, the kernel's own
]);

/** Whether a folder, or the place where it would be made, is on another machine. False where the system does not say. */
export function isOnNetwork(folder: string): boolean {
  const path = resolve(folder);
  if (!existsSync(path) && dirname(path) !== path) return isOnNetwork(dirname(path));
  try {
    // As 32 bits without a sign, however they come.
    return networkTypes.has(statfsSync(path).type >>> 0);
  } catch {
    return false;
  }
}
