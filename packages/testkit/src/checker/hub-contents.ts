/**
 * What a task hub holds, as plain facts in the words of the shared SQL schema (SQL Server contract §1.2, §3.1). The checker
 * shares no code and no types with the engine: it is to find the engine's mistakes, not to repeat them.
 */
export interface HubContents {
  readonly instances: readonly InstanceFacts[];
  readonly history: readonly EventFacts[];
  /** Messages that wait for their instance, timers among them. */
  readonly messages: readonly MessageFacts[];
  /** Activity tasks that are queued or under way. */
  readonly tasks: readonly TaskFacts[];
}

export interface InstanceFacts {
  readonly instanceId: string;
  readonly executionId: string;
  readonly status: string;
}

export interface EventFacts {
  readonly instanceId: string;
  readonly executionId: string;
  readonly sequenceNumber: number;
  /** Such as "TaskScheduled". */
  readonly type: string;
  /** Of what is scheduled its id, of an answer the id of what it answers. */
  readonly taskId?: number;
}

export interface MessageFacts {
  readonly instanceId: string;
  /** Absent: for whichever execution there is. */
  readonly executionId?: string;
  readonly type: string;
  readonly taskId?: number;
}

export interface TaskFacts {
  readonly instanceId: string;
  readonly executionId: string;
  readonly taskId: number;
}

/** Something that must not be. */
export interface Violation {
  readonly instanceId: string;
  readonly problem: string;
}
