import type { EntityOperationResult } from "../model/entity-operation";
import type { ActivityTask } from "../model/activity-task";
import type { EntityId } from "../model/instance-id";
import type {
  EventRaised,
  EventSent,
  ExecutionStarted,
  HistoryEvent,
  SubOrchestrationCreated,
  TaskScheduled,
  TimerCreated,
} from "../model/history-event";
import type { InstanceState } from "../model/instance";
import type { TraceContext } from "../model/trace-context";
import type { ActivityOutcome, OutboundMessage } from "./storage-provider";

/** What the trace of an execution is made of. All of it is in its history, so every process finds the same. */
export interface TracedExecution {
  readonly started: ExecutionStarted;
  /** When its first episode began, or that of its last rewind; milliseconds since the epoch. */
  readonly begunAt: number;
}

/** The events by which an execution has asked for something that is answered later. */
export type ScheduledEvent = TaskScheduled | SubOrchestrationCreated | TimerCreated | EventSent;

/** An answer, and what had asked for it. */
export interface AnsweredEvent {
  readonly scheduled: ScheduledEvent;
  readonly answer: HistoryEvent;
}

/** An episode that has been saved. */
export interface SavedEpisode {
  readonly execution: TracedExecution;
  /** What this episode got answers to. */
  readonly answered: readonly AnsweredEvent[];
  /** What it has sent to other instances. */
  readonly messages: readonly OutboundMessage[];
  readonly savedAt: number;
  /** Set when the execution has ended with it. */
  readonly end?: {
    /** The instance as it is then; undefined: it continues as new. */
    readonly instance: InstanceState | undefined;
    /** What it had asked for and has no answer to. */
    readonly unanswered: readonly ScheduledEvent[];
  };
}

/** An operation that an entity has executed. */
export interface TracedOperation {
  /** Of the request; unique. */
  readonly id: string;
  readonly name: string;
  readonly isSignal: boolean;
  /** The trace context that came with the request. */
  readonly parent: TraceContext | undefined;
}

/** An entity batch that has been saved. */
export interface SavedEntityBatch {
  readonly entity: EntityId;
  /** In order; one result each. */
  readonly operations: readonly TracedOperation[];
  readonly results: readonly EntityOperationResult[];
  readonly messages: readonly OutboundMessage[];
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly endedAt: number;
}

/** A request of a client that has been saved; `event` carries the trace context that was made for it. */
export interface SavedRequest {
  readonly instanceId: string;
  readonly event: ExecutionStarted | EventRaised;
  /** The trace context the client came with. */
  readonly parent: TraceContext | undefined;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly endedAt: number;
}

/**
 * Makes the trace contexts that travel with work, and is told of work once it is saved (contract §8.1).
 *
 * T1 a context for a work item or an execution follows from its arguments alone: a process that takes over work after a crash
 *    gives it the same, and only the one whose commit is saved tells of it;
 * T2 no method throws or waits.
 */
export interface WorkTracer {
  /** A context for a client's request, below the client's own or of a new trace. */
  requestContext(parent: TraceContext | undefined): TraceContext;
  requestSaved(request: SavedRequest): void;

  /** For the code of an orchestrator. */
  executionContext(execution: TracedExecution): TraceContext;
  /** For what an execution asks for under an id at a time, wherever that is done. */
  scheduledContext(execution: TracedExecution, eventId: number, timestamp: number): TraceContext;
  episodeSaved(episode: SavedEpisode): void;

  /** For the code of an activity. */
  activityContext(task: ActivityTask): TraceContext;
  activitySaved(task: ActivityTask, outcome: ActivityOutcome, startedAt: number): void;

  /** For the code of an entity that executes this operation. */
  operationContext(operation: TracedOperation): TraceContext;
  /** For the signal with this id that an entity sends. */
  signalContext(parent: TraceContext, requestId: string): TraceContext;
  entityBatchSaved(batch: SavedEntityBatch): void;
}
