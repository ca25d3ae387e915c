import type { MessageEvent } from "./history-event";

/** An event addressed to an instance and not yet in its history. */
export interface Message {
  readonly instanceId: string;
  /** The execution it is meant for; a message for another execution is dropped. Absent: whichever runs. */
  readonly executionId?: string;
  readonly event: MessageEvent;
  /** Not to be delivered before this time (milliseconds since the epoch). */
  readonly dueAt?: number;
}

/** A message as a store hands it out: with the position that says in which order messages arrived. */
export interface StoredMessage extends Message {
  readonly sequenceNumber: number;
}
