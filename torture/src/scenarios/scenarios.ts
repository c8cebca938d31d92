import { backup } from "./backup.ts";
import { calm } from "./calm.ts";
import { crashImages } from "./crash-images.ts";
import { drops } from "./drops.ts";
import { fsyncOrder } from "./fsync-order.ts";
import { kill } from "./kill.ts";
import { lateSend } from "./late-send.ts";
import { lostAck } from "./lost-ack.ts";
import { lostTail } from "./lost-tail.ts";
import { removals } from "./removals.ts";
import type { Scenario } from "./scenario.ts";
import { term } from "./term.ts";

/** In the order of a full run. */
export const scenarios: readonly Scenario[] = [
  calm,
  kill,
  term,
  lostAck,
  lateSend,
  lostTail,
  removals,
  drops,
  fsyncOrder,
  crashImages,
  backup,
];
