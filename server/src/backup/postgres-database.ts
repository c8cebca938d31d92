import { open, rm } from "node:fs/promises";
import { join } from "node:path";
import { PostgresError } from "../platform/postgres.ts";
import {
  createCopy,
  dropCopy,
  isLikeItsOrigin,
  lockBackups,
  sizeOf,
  takeSnapshot,
  wantsFile,
} from "../store/postgres/copy.ts";
import { type DatabaseTarget, unexpected } from "./archive.ts";
import { ArchiveFault } from "./backup-error.ts";
import type { DatabaseSource } from "./database-source.ts";
import { entryOfFile } from "./tar.ts";

/**
 * A PostgreSQL database in an archive: an entry for each table, a line of JSON for each row. No program but this one is needed
 * to make it or to read it.
 */
const nameOf = (table: string): string => `tables/${table}.jsonl`;

const samples = 100;
/** Where a backup is restored to be looked at. */
const proofSchema = "parley_proof";
const linesAtOnce = 500;
/** Much longer than the longest row. */
const lineMax = 16 * 1024 * 1024;

export function postgresSource(url: string): DatabaseSource {
  return {
    engine: "postgres",
    size: () => sizeOf(url),
    async snapshot(folder) {
      const snapshot = await takeSnapshot(url);
      return {
        facts: snapshot.facts,
        async *parts() {
          for (const table of snapshot.tables) {
            const path = join(folder, "table");
            await write(path, snapshot.lines(table));
            yield* entryOfFile(nameOf(table), path);
            await rm(path);
          }
        },
        files: () => snapshot.files(),
        close: () => snapshot.close(),
      };
    },
    wantsFile: (id) => wantsFile(url, id),
    prove: () => ({
      target: ({ schema }) => postgresTarget(url, proofSchema, schema),
      isLikeItsOrigin: () => isLikeItsOrigin(url, proofSchema, samples),
      close: () => dropCopy(url, proofSchema),
    }),
    lock: () => lockBackups(url),
  };
}

/** Puts the database into a schema of its own, in tables that this program makes. */
export async function postgresTarget(url: string, schema: string, version: number): Promise<DatabaseTarget> {
  const copy = await createCopy(url, schema, version);
  if (typeof copy === "string") throw new ArchiveFault(copy);
  let loaded = 0;
  return {
    isPart: (name) => name.startsWith("tables/"),
    async take({ name, content }) {
      const table = copy.tables[loaded];
      if (table === undefined || nameOf(table) !== name) throw unexpected(name);
      loaded += 1;
      try {
        for await (const lines of linesOf(content)) await copy.load(table, lines);
      } catch (error) {
        if (!(error instanceof PostgresError) || error.code === null) throw error;
        throw new ArchiveFault(`what is in ${name} does not fit (${error.message})`);
      }
    },
    async check() {
      if (loaded < copy.tables.length) throw new ArchiveFault(`the table ${copy.tables[loaded]} is missing`);
      await copy.finish();
      const fault = await copy.findFault();
      if (fault !== null) throw new ArchiveFault(`its database cannot be used: ${fault}`);
      return { facts: await copy.facts(), findFile: copy.findFile, countFiles: copy.countFiles };
    },
    close: () => copy.close(),
  };
}

/** Whole lines, some hundred at a time. */
async function* linesOf(content: AsyncIterable<Uint8Array>): AsyncGenerator<readonly string[]> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let rest = "";
  for await (const chunk of content) {
    const lines = `${rest}${decoder.decode(chunk, { stream: true })}`.split("\n");
    rest = lines.pop() ?? "";
    for (let at = 0; at < lines.length; at += linesAtOnce) yield lines.slice(at, at + linesAtOnce);
    if (rest.length > lineMax) throw new ArchiveFault("a line in it is too long");
  }
  if (rest !== "") throw new ArchiveFault("a line in it has no end");
}

async function write(path: string, lines: AsyncIterable<string>): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    for await (const some of lines) await file.writeFile(some);
  } finally {
    await file.close();
  }
}
