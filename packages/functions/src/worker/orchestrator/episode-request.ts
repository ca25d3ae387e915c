import type { EpisodeResult, HistoryEvent, ParentInstance, TraceContext } from "@durable-host/engine";

/** An episode as it crosses from the host to an app worker. */
export interface EpisodeRequest {
  readonly instanceId: string;
  readonly executionId: string;
  /** What the host calls this run of the function in its logs and events, and the code sees in its context. */
  readonly invocationId?: string;
  /** The one the code sees. */
  readonly traceContext?: TraceContext;
  readonly name: string;
  readonly version: string;
  readonly input: string | null;
  readonly parent?: ParentInstance;
  readonly episode: number;
  readonly resumeAfter?: number;
  readonly newEvents: readonly HistoryEvent[];
  /** Sent only after the worker has answered "historyNeeded". */
  readonly pastEvents?: readonly HistoryEvent[];
}

/** What the app worker answers: a result, or that it holds no session to continue and needs the past events. */
export type EpisodeAnswer =
  { readonly type: "result"; readonly result: EpisodeResult } | { readonly type: "historyNeeded" };
