import { ackBeforeCommit } from "./ack-before-commit.ts";
import { ackOnEnqueue } from "./ack-on-enqueue.ts";
import { broadcastBeforeCommit } from "./broadcast-before-commit.ts";
import { doubledSend } from "./doubled-send.ts";
import type { Fault } from "./fault.ts";
import { forgottenDeletes } from "./forgotten-deletes.ts";
import { lostPublish } from "./lost-publish.ts";
import { noSync } from "./no-sync.ts";
import { reusedSeq } from "./reused-seq.ts";
import { strangerResumes } from "./stranger-resumes.ts";
import { swappedPublishes } from "./swapped-publishes.ts";
import { unreadAfterDelete } from "./unread-after-delete.ts";

export const faults: readonly Fault[] = [
  ackBeforeCommit,
  broadcastBeforeCommit,
  lostPublish,
  swappedPublishes,
  reusedSeq,
  doubledSend,
  strangerResumes,
  forgottenDeletes,
  unreadAfterDelete,
  ackOnEnqueue,
  noSync,
];
