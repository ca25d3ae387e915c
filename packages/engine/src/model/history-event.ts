import type { FailureDetails } from "./failure-details";
import type { JsonText } from "./json-text";
import type { RuntimeStatus } from "./runtime-status";
import type { ExecutionSpan, TraceContext } from "./trace-context";

/** One execution of an instance; a new one begins with every start over the same id and every continue-as-new. */
export interface OrchestrationInstance {
  readonly instanceId: string;
  readonly executionId: string;
}

/** Who started a sub-orchestration and under which of its ids the answer is awaited. */
export interface ParentInstance extends OrchestrationInstance {
  readonly name: string;
  readonly taskScheduledId: number;
}

interface EventBase {
  /** Milliseconds since the epoch (UTC). Replay derives ids from it, so stores keep it exactly. */
  readonly timestamp: number;
}

interface SchedulingEvent extends EventBase {
  /** Orchestration-local sequence number, counted from 0 in each execution (contract §2.4). */
  readonly eventId: number;
}

export interface OrchestratorStarted extends EventBase {
  readonly type: "OrchestratorStarted";
}

export interface OrchestratorCompleted extends EventBase {
  readonly type: "OrchestratorCompleted";
  /** Of the execution, if this episode has brought it: later episodes are handed it. */
  readonly span?: ExecutionSpan;
}

export interface ExecutionStarted extends EventBase {
  readonly type: "ExecutionStarted";
  readonly name: string;
  readonly version: string;
  readonly input: JsonText | null;
  readonly instance: OrchestrationInstance;
  readonly parent?: ParentInstance;
  readonly tags?: Readonly<Record<string, string>>;
  readonly traceContext?: TraceContext;
  /** Not to be started before this time (milliseconds since the epoch). */
  readonly scheduledStartTime?: number;
}

export interface ExecutionCompleted extends SchedulingEvent {
  readonly type: "ExecutionCompleted";
  readonly status: RuntimeStatus;
  readonly result: JsonText | null;
  readonly failureDetails?: FailureDetails;
}

export interface ExecutionTerminated extends EventBase {
  readonly type: "ExecutionTerminated";
  readonly reason: string | null;
  /** Also terminate running sub-orchestrations. */
  readonly recurse?: boolean;
  /** The execution whose end passes the termination on: only an instance that it has started heeds it. */
  readonly parent?: OrchestrationInstance;
}

export interface ExecutionSuspended extends EventBase {
  readonly type: "ExecutionSuspended";
  readonly reason: string | null;
}

export interface ExecutionResumed extends EventBase {
  readonly type: "ExecutionResumed";
  readonly reason: string | null;
}

/** The execution had failed, and goes on without what had failed in it (contract §6.5). */
export interface ExecutionRewound extends EventBase {
  readonly type: "ExecutionRewound";
  readonly reason: string | null;
  /** The execution of the parent that awaits this one again: by the rewind it has a new id. */
  readonly parent?: OrchestrationInstance;
}

export interface TaskScheduled extends SchedulingEvent {
  readonly type: "TaskScheduled";
  readonly name: string;
  readonly version?: string;
  /** Kept only when the host is configured to store activity inputs in history; the activity task always has it. */
  readonly input: JsonText | null;
  readonly tags?: Readonly<Record<string, string>>;
  readonly traceContext?: TraceContext;
  /** Id of the timer after which it is tried again; absent for a first attempt. */
  readonly retryTimerId?: number;
}

export interface TaskCompleted extends EventBase {
  readonly type: "TaskCompleted";
  readonly taskScheduledId: number;
  readonly result: JsonText | null;
}

/** Fields shared by the two "something I scheduled has failed" events. */
export interface TaskFailure {
  readonly reason: string;
  readonly details: string;
  /** Present only where the app opted in to structured failures (contract §4.2). */
  readonly failureDetails?: FailureDetails;
}

export interface TaskFailed extends EventBase, TaskFailure {
  readonly type: "TaskFailed";
  readonly taskScheduledId: number;
}

export interface SubOrchestrationCreated extends SchedulingEvent {
  readonly type: "SubOrchestrationCreated";
  readonly name: string;
  readonly version?: string;
  readonly instanceId: string;
  readonly input: JsonText | null;
  /** Those of the action, where it named some. */
  readonly tags?: Readonly<Record<string, string>>;
  /** That of the action, where it brought one. */
  readonly traceContext?: TraceContext;
  /** Id of the timer after which it is tried again; absent for a first attempt. */
  readonly retryTimerId?: number;
}

export interface SubOrchestrationCompleted extends EventBase {
  readonly type: "SubOrchestrationCompleted";
  readonly taskScheduledId: number;
  readonly result: JsonText | null;
}

export interface SubOrchestrationFailed extends EventBase, TaskFailure {
  readonly type: "SubOrchestrationFailed";
  readonly taskScheduledId: number;
}

export interface TimerCreated extends SchedulingEvent {
  readonly type: "TimerCreated";
  /** Milliseconds since the epoch. */
  readonly fireAt: number;
  /** Id of the failed attempt that it follows; absent for a timer of the code's own. */
  readonly retryOfId?: number;
}

export interface TimerFired extends EventBase {
  readonly type: "TimerFired";
  readonly timerId: number;
  readonly fireAt: number;
}

export interface EventSent extends SchedulingEvent {
  readonly type: "EventSent";
  readonly instanceId: string;
  readonly name: string;
  readonly input: JsonText | null;
}

export interface EventRaised extends EventBase {
  readonly type: "EventRaised";
  readonly name: string;
  readonly input: JsonText | null;
  readonly traceContext?: TraceContext;
}

export interface ContinueAsNew extends SchedulingEvent {
  readonly type: "ContinueAsNew";
  readonly result: JsonText | null;
}

/**
 * An immutable fact in the history of one execution (contract §1.2).
 * Names follow the Durable Task Framework; numbers and wire spelling live where a protocol is translated.
 */
export type HistoryEvent =
  | OrchestratorStarted
  | OrchestratorCompleted
  | ExecutionStarted
  | ExecutionCompleted
  | ExecutionTerminated
  | ExecutionSuspended
  | ExecutionResumed
  | ExecutionRewound
  | TaskScheduled
  | TaskCompleted
  | TaskFailed
  | SubOrchestrationCreated
  | SubOrchestrationCompleted
  | SubOrchestrationFailed
  | TimerCreated
  | TimerFired
  | EventSent
  | EventRaised
  | ContinueAsNew;

export type HistoryEventType = HistoryEvent["type"];

const MESSAGE_EVENT_TYPES = [
  "ExecutionStarted",
  "ExecutionTerminated",
  "ExecutionSuspended",
  "ExecutionResumed",
  "ExecutionRewound",
  "TaskCompleted",
  "TaskFailed",
  "SubOrchestrationCompleted",
  "SubOrchestrationFailed",
  "TimerFired",
  "EventRaised",
] as const;

/** The events that can arrive as a message from outside the instance. */
export type MessageEvent = Extract<HistoryEvent, { readonly type: (typeof MESSAGE_EVENT_TYPES)[number] }>;

const MESSAGE_EVENTS: ReadonlySet<string> = new Set(MESSAGE_EVENT_TYPES);

/** Tells the events that come to an instance from outside from those it produces. */
export function isMessageEvent(event: { readonly type: string }): event is MessageEvent {
  return MESSAGE_EVENTS.has(event.type);
}
