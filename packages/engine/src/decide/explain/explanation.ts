import type { InstanceState } from "../../model/instance";
import type { RuntimeStatus } from "../../model/runtime-status";
import type { LockDescription } from "../../ports/storage-provider";
import type { VersionMatchStrategy } from "../match-version";

// Times are milliseconds since the epoch.

/** What all tasks that an orchestrator has scheduled, and that have not ended, have in common. */
interface OpenTaskBase {
  /** Its sequence id in history. */
  readonly id: number;
  /** When it was scheduled; of a task that is retried, its present attempt. */
  readonly since: number;
  /** Where the app asks for it, "src/orchestrators/order.ts:12:5"; absent where that is not known. */
  readonly position?: string;
  /** Whether the code stands at a `yield` that it is to end; absent where that is not known. */
  readonly awaited?: boolean;
  /** Method and address of the HTTP call that it is a part of. */
  readonly http?: string;
}

/** An activity that has been scheduled. */
export interface ActivityWait extends OpenTaskBase {
  readonly type: "Activity";
  readonly name: string;
  /** 1 for the first one. */
  readonly attempt: number;
  /** Absent where the store does not tell. */
  readonly progress?: ActivityProgress;
}

/** How far an activity is: it waits for its turn, is executed, or its outcome waits for the next episode. */
export interface ActivityProgress {
  readonly state: "queued" | "running" | "answered";
  /** How often it was handed to a worker. */
  readonly deliveries?: number;
  readonly lock?: LockDescription;
  /** It was given back, and is not tried again before this time. */
  readonly notBefore?: number;
}

/** The attempt that a retry timer follows. */
export interface RetriedAttempt {
  readonly type: "Activity" | "SubOrchestration";
  readonly id: number;
  readonly name: string;
  readonly attempt: number;
}

export interface TimerWait extends OpenTaskBase {
  readonly type: "Timer";
  readonly fireAt: number;
  /** Present when it is the delay before a task is tried again. */
  readonly retryOf?: RetriedAttempt;
}

export interface SubOrchestrationWait extends OpenTaskBase {
  readonly type: "SubOrchestration";
  readonly name: string;
  readonly instanceId: string;
  readonly attempt: number;
  /** What has become of it; "NotFound" when it was purged or has not been created yet. Absent: not looked up. */
  readonly runtimeStatus?: RuntimeStatus | "NotFound";
}

/** What stands between a request and its entity. */
export interface EntitySituation {
  readonly exists: boolean;
  /** The orchestration in whose critical section it is. */
  readonly lockedBy?: string;
  /** Requests that it has taken in and not executed. */
  readonly queueLength: number;
}

export interface EntityCallWait extends OpenTaskBase {
  readonly type: "EntityCall";
  /** `@name@key` */
  readonly entity: string;
  readonly operation: string;
  readonly requestId: string;
  /** Absent: not looked up. */
  readonly situation?: EntitySituation;
}

/** A critical section that has been asked for and not been entered. */
export interface CriticalSectionWait extends OpenTaskBase {
  readonly type: "CriticalSection";
  /** In the order in which they are locked, one after another. */
  readonly entities: readonly string[];
  readonly requestId: string;
  /** Those of them that are locked already, for this section. */
  readonly acquired: readonly string[];
  /** The one that the request waits at. */
  readonly heldUpBy?: { readonly entity: string } & EntitySituation;
}

export type OpenTask = ActivityWait | TimerWait | SubOrchestrationWait | EntityCallWait | CriticalSectionWait;

/** An external event; only the code knows that it is waited for. */
export interface ExternalEventWait {
  readonly type: "ExternalEvent";
  readonly name: string;
  readonly position?: string;
}

/** Messages that have arrived and are not processed. */
export interface MessagesWait {
  readonly type: "Messages";
  readonly count: number;
  readonly since?: number;
}

/** It has not begun. */
export interface StartWait {
  readonly type: "Start";
  readonly since: number;
  /** Not to begin before this time; absent: it waits for a free place. */
  readonly scheduledFor?: number;
}

/** It was suspended, or holds itself because its code disagrees with its history. */
export interface ResumeWait {
  readonly type: "Resume";
  readonly since: number;
  readonly reason: string | null;
}

/** It was given back by a worker that could not execute it, and is not tried again before a time. */
export interface RetryWait {
  readonly type: "Retry";
  readonly notBefore: number;
}

/** This host does not execute orchestrations of its version. */
export interface VersionWait {
  readonly type: "Version";
  readonly version: string;
  readonly hostVersion: string;
  readonly strategy: VersionMatchStrategy;
}

/** The app of this host has no such function: the next episode or operation will fail. */
export interface UnknownFunctionWait {
  readonly type: "UnknownFunction";
  readonly name: string;
}

/** An entity waits for the orchestration in whose critical section it is. */
export interface ReleaseWait {
  readonly type: "Release";
  readonly lockedBy: string;
  readonly since?: number;
}

export type Wait =
  | OpenTask
  | ExternalEventWait
  | MessagesWait
  | StartWait
  | ResumeWait
  | RetryWait
  | VersionWait
  | UnknownFunctionWait
  | ReleaseWait;

/** A critical section that an orchestration is in. */
export interface HeldSection {
  readonly entities: readonly string[];
  readonly requestId: string;
  readonly since: number;
}

/** What an entity is besides an instance. */
export interface EntityExplanation {
  readonly exists: boolean;
  readonly queueLength: number;
  readonly lockedBy?: string;
  /** When the section was entered; while it is being entered, when it was asked for. */
  readonly lockedSince?: number;
}

/** What an instance waits for, since when, and who has it, at one moment. Data only: wording is left to whoever shows it. */
export interface InstanceExplanation {
  readonly at: number;
  readonly instance: InstanceState;
  /** What concerns the instance as a whole comes first, then its open tasks in the order of their ids. */
  readonly waitsFor: readonly Wait[];
  readonly holds?: HeldSection;
  /** The lock under which it is executed now. */
  readonly lock?: LockDescription;
  /** Only whoever has a store that tells knows that there is no lock. */
  readonly lockKnown: boolean;
  /** The code has returned, thrown or continued as new; the instance ends when the open tasks have. */
  readonly codeHasEnded: boolean;
  readonly entity?: EntityExplanation;
}
