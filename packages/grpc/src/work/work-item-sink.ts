import type { pb } from "../proto/messages";

/** Where the work items of one stream go: a gRPC call, or a list in a test. */
export interface WorkItemSink {
  /** Sends a work item, after all that were sent before. What can no longer be sent is dropped: the end of the stream follows. */
  send(item: pb.WorkItem): void;
  /** The server stops: ends the stream so that the worker connects again later (UNAVAILABLE; contract §3.3). */
  close(): void;
}

/** Who opens a stream, from the metadata of its call (contract §1.3). */
export interface WorkerIdentity {
  /** Of the metadata `workerid`, else made up from the peer. */
  readonly workerId: string;
  /** Of the metadata `x-user-agent`; empty: it does not say. */
  readonly userAgent: string;
}

/**
 * How a stream has ended: `cancelled` by the worker over a connection that still stands, so that the handlers that run in it
 * may still answer; or `broken` with its connection, or by an error, so that nothing more is to be expected (contract §3.4).
 */
export type StreamEnd = "cancelled" | "broken";

/** A stream that is open. */
export interface WorkerStream {
  /** The stream has ended. May be called again with `broken` when the connection of a cancelled stream goes, too. */
  ended(how: StreamEnd): void;
}
