import type { Executor } from "@durable-host/engine";
import type { pb } from "../proto/messages";
import type { StreamEnd, WorkerIdentity, WorkerStream, WorkItemSink } from "./work-item-sink";

export type { StreamEnd, WorkerIdentity, WorkerStream, WorkItemSink };

/** Numbers by kind of work item. */
export interface WorkItemCounts {
  readonly orchestrations: number;
  readonly activities: number;
  readonly entities: number;
}

/** Names a worker takes, with the versions it takes of each; no versions: all of them. */
export interface NameFilter {
  readonly name: string;
  readonly versions: readonly string[];
}

/** What a worker takes (contract §3.6). An empty list: none of that kind. */
export interface WorkerFilters {
  readonly orchestrations: readonly NameFilter[];
  readonly activities: readonly NameFilter[];
  /** Names in lower case. */
  readonly entities: readonly string[];
}

/** A connected worker, for people. */
export interface WorkerDescription extends WorkerIdentity {
  /** Milliseconds since the epoch. */
  readonly connectedAt: number;
  /** Delivered and not answered yet. */
  readonly inFlight: WorkItemCounts;
  /** Most that it takes at a time. */
  readonly limits: WorkItemCounts;
  /** Absent: it takes everything. */
  readonly filters?: WorkerFilters;
}

/**
 * The workers that are connected to one task hub, and the work items that are with them or wait for one (contract §3-§6).
 *
 * W1 a work item is with at most one worker at a time, unless the stream of the one before has ended;
 * W2 of all answers to a work item the first counts, also one from a worker whose stream has ended; the others change nothing;
 * W3 a worker never has more work items of a kind than its limit;
 * W4 a work item leaves only answered, given back to its dispatcher, or because nobody waits for it any longer.
 *
 * Answers and abandons come back false when there is no such work item (any longer): NOT_FOUND, never one of the codes that
 * make SDKs try again (contract §1.5).
 */
export interface HubWorkers {
  /** Runs the hub's work on the workers. */
  readonly executor: Executor;
  /** Begins to send work items to a worker (`GetWorkItems`). */
  connect(request: pb.GetWorkItemsRequest, worker: WorkerIdentity, sink: WorkItemSink): WorkerStream;
  /** Also takes a part of an answer, and a worker's wish to have the history sent along (contract §4.7, §4.4). */
  completeOrchestration(response: pb.OrchestratorResponse): boolean;
  completeActivity(response: pb.ActivityResponse): boolean;
  completeEntity(result: pb.EntityBatchResult): boolean;
  /** By the completion token of a work item of any kind: it is delivered again after a while, rather to another worker. */
  abandon(completionToken: string): boolean;
  /**
   * The past events of an orchestration that a worker has been told to stream (`forWorkItemProcessing`, contract §4.6), in
   * chunks; undefined when no such work item is with a worker. An empty execution id matches every execution.
   */
  streamedHistory(instanceId: string, executionId: string): readonly pb.HistoryChunk[] | undefined;
  /** The connected workers in the order in which they came. */
  describe(): readonly WorkerDescription[];
  /** Closes all streams. What is with workers stays answerable until the dispatchers stop waiting for it. */
  close(): void;
}
