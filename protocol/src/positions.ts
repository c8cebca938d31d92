import type { Seq } from "./model.ts";

/**
 * Where a reader of the event stream has got to, in one line: the epoch, then each topic with its seq, such as
 * `e1,workspace=3,room:R0123456789ABCDEF=57`. It goes with events as their id, so that a browser brings it back as
 * `Last-Event-ID`.
 */
export interface Positions {
  readonly epoch: string;
  readonly topics: Readonly<Record<string, Seq>>;
}

/** A line must fit among the headers of a request. The topics that do not fit are found out by the heads of a pong. */
const longest = 8 * 1024;

const shape = /^([\w.-]{1,64})((?:,(?:workspace|(?:room|user):[A-Z0-9]{1,40})=\d{1,15})*)$/;

export function formatPositions({ epoch, topics }: Positions): string {
  let line = epoch;
  for (const [topic, seq] of Object.entries(topics)) {
    const part = `,${topic}=${seq}`;
    if (line.length + part.length > longest) break;
    line += part;
  }
  return line;
}

/** Null for what is no such line. */
export function parsePositions(line: string): Positions | null {
  const [, epoch, list] = shape.exec(line) ?? [];
  if (epoch === undefined || list === undefined) return null;
  const parts = list.split(",").slice(1);
  return {
    epoch,
    topics: Object.fromEntries(parts.map((part) => part.split("=")).map(([topic, seq]) => [topic, Number(seq)])),
  };
}
