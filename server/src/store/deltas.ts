import type { Changes, DeltaFrame } from "@parley/protocol/frames";
import { limits } from "@parley/protocol/limits";
import type { Seq, Topic } from "@parley/protocol/model";
import { keyOf, listThings, type Thing, toDelta } from "@parley/protocol/things";

/** What one transaction tells one topic about one of its changes. */
export interface Announcement {
  readonly topic: Topic;
  readonly seq: Seq;
  readonly things: Changes;
}

/** What a transaction has announced so far. */
export class Announcements {
  readonly #list: Announcement[] = [];

  readonly add = (topic: Topic, seq: Seq, things: Changes): void => {
    this.#list.push({ topic, seq, things });
  };

  get length(): number {
    return this.#list.length;
  }

  /** Forgets all but the first `length`. */
  takeBack(length: number): void {
    this.#list.length = length;
  }

  toDeltas(): readonly DeltaFrame[] {
    return toDeltas(this.#list, limits.deltaBytes);
  }
}

/**
 * The deltas of one commit. Its announcements of one topic become one delta with each thing once, as it was last
 * announced; one that would encode to more than `maxBytes` is split at a change, into deltas that continue each other:
 *
 *     announced  #5 {a, b}  #6 {c}  #7 {a}          one delta      (4, 7]  a b c
 *                                                   split in two   (4, 6]  b c    (6, 7]  a
 *
 * `announcements` come in the order in which their numbers were taken, and leave none of a topic out.
 */
export function toDeltas(announcements: readonly Announcement[], maxBytes: number): readonly DeltaFrame[] {
  const topics = new Map<Topic, Announcement[]>();
  for (const announcement of announcements) {
    const same = topics.get(announcement.topic);
    if (same) same.push(announcement);
    else topics.set(announcement.topic, [announcement]);
  }
  return [...topics.values()].flatMap((same) => toTopicDeltas(same, maxBytes));
}

/** One number of a topic, and the things that it changed last. */
interface Change {
  readonly seq: Seq;
  readonly things: readonly Thing[];
}

/** More than a frame takes besides its things. */
const frameBytes = 512;

function toTopicDeltas(announcements: readonly Announcement[], maxBytes: number): readonly DeltaFrame[] {
  const [firstAnnouncement] = announcements;
  if (!firstAnnouncement) return [];
  const { topic, seq: firstSeq } = firstAnnouncement;
  const changes = latest(announcements);
  const deltas: DeltaFrame[] = [];
  let from = firstSeq - 1;
  let part: Change[] = [];
  let bytes = frameBytes;
  const close = () => {
    const to = part.at(-1)?.seq ?? from;
    deltas.push(
      toDelta(
        topic,
        from,
        to,
        part.flatMap(({ things }) => things),
      ),
    );
    from = to;
    part = [];
    bytes = frameBytes;
  };
  for (const change of changes) {
    // A change alone is never split, so its size is of no interest.
    const size = changes.length > 1 ? sizeOf(change) : 0;
    if (bytes > frameBytes && bytes + size > maxBytes) close();
    part.push(change);
    bytes += size;
  }
  close();
  return deltas;
}

/** The changes with what they announced last; a thing that changed again is only in its last one. */
function latest(announcements: readonly Announcement[]): readonly Change[] {
  if (announcements.length === 1) {
    return announcements.map(({ seq, things }) => ({ seq, things: listThings(things) }));
  }
  const owner = new Map<string, Seq>();
  for (const { seq, things } of announcements) for (const thing of listThings(things)) owner.set(keyOf(thing), seq);
  return announcements.map(({ seq, things }) => ({
    seq,
    things: listThings(things).filter((thing) => owner.get(keyOf(thing)) === seq),
  }));
}

const sizeOf = (change: Change): number =>
  change.things.reduce((sum, { thing }) => sum + Buffer.byteLength(JSON.stringify(thing)) + 1, 0);
