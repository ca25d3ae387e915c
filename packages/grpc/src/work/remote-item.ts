import type { pb } from "../proto/messages";
import type { ConnectedWorker } from "./connected-worker";

/** Work that waits for a worker's answer. */
export interface RemoteItem<Response> {
  readonly name: string;
  /** Empty: it has none. */
  readonly version: string;
  /** Names it where a worker's answer brings no completion token (contract §3.2); at most one is with workers at a time. */
  readonly address: string;
  /** Names what it sends, for people. */
  readonly what: string;
  /** The message for a worker, without a token. */
  message(worker: ConnectedWorker): pb.WorkItem;
  /** A worker's answer has come; no other will. */
  answered(response: Response): void;
  /** What stands for the answer when it cannot be sent to any worker. */
  unsent(failure: pb.TaskFailureDetails): Response;
  /** There will be no answer. */
  failed(error: Error): void;
}

/** One sending of a work item to one worker, under a token of its own. */
export interface Delivery<Response> {
  readonly token: string;
  readonly worker: ConnectedWorker;
  /** Size of the message. */
  readonly bytes: number;
  readonly sentAt: number;
  /** Undefined once the work item is done without this delivery: the answer will change nothing. */
  entry: Entry<Response> | undefined;
  /** The worker's stream has ended. */
  ended: boolean;
}

/** A work item in the hands of a desk. */
export interface Entry<Response> {
  readonly item: RemoteItem<Response>;
  /** In order; more than one only after a stream has ended. */
  readonly deliveries: Delivery<Response>[];
  /** Ids of workers for which its message is too large. */
  readonly tooLargeFor: Set<string>;
  /** Waits for a worker with room. */
  queued: boolean;
  /** Ends what is scheduled for it. */
  cancelAlarm: (() => void) | undefined;
}
