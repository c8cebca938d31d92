import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";

/** One call of the operating system, as `strace -f -y -xx` tells of it. */
export interface Call {
  readonly thread: number;
  readonly name: string;
  /** Of what the first argument is a descriptor; of a socket, something like `socket:[123]`. */
  readonly path: string;
  /** Every string among the arguments, one after the other. */
  readonly data: Buffer;
  /** The numbers among the arguments that follow the descriptor and the strings. */
  readonly numbers: readonly number[];
  /** Negative: it failed. Null: it has not returned, or never did. */
  readonly result: number | null;
}

/**
 * A call begins, and it returns. Between the two other threads go on; the order of steps is the order in which the tracer saw
 * them. What begins after something else has returned is later in fact.
 */
export type Step = { readonly kind: "begins" | "returns"; readonly call: Call };

/**
 * How a program is run so that `stepsOf` can read what it did: each argument is written out to the last byte. Plain `write` is
 * left out, by which threads wake each other and the reserve is filled. Who looks for something sees when it is not there.
 */
export const traced = (log: string, command: readonly string[]): readonly string[] => [
  ...["strace", "-D", "-f", "-y", "-xx", "-qq", "--seccomp-bpf", "-s", "1000000", "-o", log],
  ...["-e", "trace=pwrite64,writev,sendto,sendmsg,fsync,fdatasync,ftruncate"],
  ...command,
];

const callPattern = /^(\d+) +([a-z0-9_]+)\((.*)$/s;
const restPattern = /^(\d+) +<\.\.\. ([a-z0-9_]+) resumed>(.*)$/s;
const cut = " <unfinished ...>";

/** Reads a log. Lines that tell of no call, such as of signals, are passed over. */
export async function* stepsOf(log: string): AsyncGenerator<Step> {
  yield* readSteps(createInterface({ input: createReadStream(log, "latin1"), crlfDelay: Number.POSITIVE_INFINITY }));
}

export async function* readSteps(lines: Iterable<string> | AsyncIterable<string>): AsyncGenerator<Step> {
  const begun = new Map<string, string>();
  for await (const line of lines) {
    const [, thread = "", name = "", text = ""] = callPattern.exec(line) ?? [];
    const [, resumedThread = "", resumedName = "", rest = ""] = name === "" ? (restPattern.exec(line) ?? []) : [];
    if (name !== "" && text.endsWith(cut)) {
      const head = text.slice(0, -cut.length);
      begun.set(`${thread} ${name}`, head);
      yield { kind: "begins", call: toCall(thread, name, head, null) };
    } else if (name !== "") {
      const call = finish(thread, name, text);
      yield { kind: "begins", call };
      yield { kind: "returns", call };
    } else if (resumedName !== "") {
      const key = `${resumedThread} ${resumedName}`;
      const head = begun.get(key);
      begun.delete(key);
      if (head !== undefined) yield { kind: "returns", call: finish(resumedThread, resumedName, head + rest) };
    }
  }
}

function finish(thread: string, name: string, text: string): Call {
  const end = /\) += (-?\d+|\?)[^"]*$/.exec(text);
  const result = end?.[1] === undefined || end[1] === "?" ? null : Number(end[1]);
  return toCall(thread, name, end ? text.slice(0, end.index) : text, result);
}

function toCall(thread: string, name: string, text: string, result: number | null): Call {
  const path = /^\d+<([^>]*)>/.exec(text)?.[1] ?? "";
  const strings = [...text.matchAll(/"((?:\\x[0-9a-f]{2})*)"(\.\.\.)?/g)];
  if (strings.some(([, , more]) => more)) throw new Error(`${name} is not written out`);
  const tail = text.slice(strings.at(-1) ? text.lastIndexOf('"') + 1 : text.indexOf(">") + 1);
  return {
    thread: Number(thread),
    name,
    path: fromHex(path).toString(),
    data: Buffer.concat(strings.map(([, hex = ""]) => fromHex(hex))),
    numbers: [...tail.matchAll(/(?<=[ ,])-?\d+(?=,|$)/g)].map(Number),
    result,
  };
}

const fromHex = (escaped: string): Buffer => Buffer.from(escaped.replaceAll("\\x", ""), "hex");
