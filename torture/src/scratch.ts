import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Fault, Patch } from "../faults/fault.ts";

const root = join(import.meta.dirname, "../..");
/** What runs when a scenario is played. */
const workspaces = ["protocol", "sdk", "server", "torture"];

/** A copy of the source with a fault in it. It borrows the installed packages; our own are those of the copy. */
export interface Scratch extends AsyncDisposable {
  readonly folder: string;
}

/** Throws when the source is no longer what the fault was written for. */
export async function createScratch(fault: Fault): Promise<Scratch> {
  const folder = await mkdtemp(join(tmpdir(), `parley-fault-${fault.name}-`));
  const scratch = { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
  try {
    for (const workspace of workspaces) {
      const filter = (path: string) => !/[/\\](node_modules|dist|results)$/.test(path);
      await cp(join(root, workspace), join(folder, workspace), { recursive: true, filter });
    }
    await linkPackages(folder);
    for (const patch of fault.patches) {
      const path = join(folder, patch.file);
      await writeFile(path, applyPatch(await readFile(path, "utf8"), patch, fault.name));
    }
    return scratch;
  } catch (error) {
    await scratch[Symbol.asyncDispose]();
    throw error;
  }
}

/** The text with the bug in it. Throws unless what it replaces stands there exactly once. */
export function applyPatch(text: string, { file, find, replace }: Patch, name: string): string {
  const parts = text.split(find);
  if (parts.length !== 2) {
    throw new Error(`the fault ${name} must be written anew: ${file} has ${parts.length - 1} times: ${find}`);
  }
  return parts.join(replace);
}

async function linkPackages(folder: string): Promise<void> {
  const installed = join(root, "node_modules");
  const linked = join(folder, "node_modules");
  await mkdir(join(linked, "@parley"), { recursive: true });
  for (const name of await readdir(installed)) {
    if (name !== "@parley") await symlink(join(installed, name), join(linked, name));
  }
  for (const workspace of workspaces) await symlink(join(folder, workspace), join(linked, "@parley", workspace));
}
