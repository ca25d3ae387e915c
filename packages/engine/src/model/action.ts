import type { FailureDetails } from "./failure-details";
import type { JsonText } from "./json-text";
import type { TraceContext } from "./trace-context";

interface Traced {
  /** Of the span that the code has made for it; absent: the host makes one, where it traces. */
  readonly traceContext?: TraceContext;
}

interface Attempt {
  /** Id of the timer after which it is tried again; absent for a first attempt. */
  readonly retryTimerId?: number;
}

/** Run an activity. Recorded as TaskScheduled. */
export interface ScheduleActivity extends Attempt, Traced {
  readonly type: "ScheduleActivity";
  readonly id: number;
  readonly name: string;
  readonly version?: string;
  readonly input: JsonText | null;
  readonly tags?: Readonly<Record<string, string>>;
}

/** Wake the orchestration at a time. Recorded as TimerCreated. */
export interface CreateTimer {
  readonly type: "CreateTimer";
  readonly id: number;
  /** Milliseconds since the epoch. */
  readonly fireAt: number;
  /** Id of the failed attempt that it follows; absent for a timer of the code's own. */
  readonly retryOfId?: number;
}

/** Start a child orchestration and await its end. Recorded as SubOrchestrationCreated. */
export interface CreateSubOrchestration extends Attempt, Traced {
  readonly type: "CreateSubOrchestration";
  readonly id: number;
  readonly name: string;
  readonly version?: string;
  /** Absent: `<parent execution id>:<id>`, padded as the engine decides. */
  readonly instanceId?: string;
  readonly input: JsonText | null;
  /** Absent: those of the parent. */
  readonly tags?: Readonly<Record<string, string>>;
}

/** Send an event to another instance: entity requests, lock requests and releases. Recorded as EventSent. */
export interface SendEvent extends Traced {
  readonly type: "SendEvent";
  readonly id: number;
  readonly instanceId: string;
  readonly name: string;
  readonly input: JsonText | null;
  /** Deliver no earlier than this (milliseconds since the epoch). */
  readonly dueAt?: number;
}

/** Terminate another instance, as a client's request does. History has no event of it. */
export interface TerminateOrchestration {
  readonly type: "TerminateOrchestration";
  readonly id: number;
  readonly instanceId: string;
  readonly reason: string | null;
  /** Also terminate its running sub-orchestrations. */
  readonly recurse?: boolean;
}

/**
 * What an orchestrator asks for in an episode. `id` is the sequence number that the orchestrator's own
 * code counted (contract §2.4), so an action and the history event that records it can be matched.
 */
export type OrchestratorAction =
  ScheduleActivity | CreateTimer | CreateSubOrchestration | SendEvent | TerminateOrchestration;

interface Ended {
  /** The execution ends at once: nothing that is outstanding is waited for. */
  readonly immediate?: boolean;
}

/** How an orchestrator's code has ended, once it has. */
export type Completion = Ended &
  (
    | { readonly type: "Completed"; readonly output: JsonText | null }
    | { readonly type: "Failed"; readonly output: string; readonly failureDetails?: FailureDetails }
    | { readonly type: "Terminated" | "Canceled"; readonly output: JsonText | null }
    | {
        readonly type: "ContinuedAsNew";
        readonly input: JsonText | null;
        /** Of the next execution; absent: as before. */
        readonly version?: string;
        readonly tags?: Readonly<Record<string, string>>;
      }
  );
