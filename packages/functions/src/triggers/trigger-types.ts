import { blobTrigger } from "./blob/blob-trigger";
import { queueTrigger } from "./queue/queue-trigger";
import { timerTrigger } from "./timer/timer-trigger";
import type { TriggerType } from "./trigger-type";

/** The kinds of triggers that are listened for, by lower-case name. */
export const TRIGGER_TYPES: Readonly<Record<string, TriggerType>> = {
  blobtrigger: blobTrigger,
  queuetrigger: queueTrigger,
  timertrigger: timerTrigger,
};

/** Triggers that are served without a listener: by requests, and by the engine. */
export const SERVED_TRIGGERS: ReadonlySet<string> = new Set([
  "httptrigger",
  "orchestrationtrigger",
  "activitytrigger",
  "entitytrigger",
  "warmuptrigger",
]);
