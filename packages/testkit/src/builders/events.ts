import type {
  ActivityTask,
  EventRaised,
  ExecutionStarted,
  ExecutionTerminated,
  HistoryEvent,
  InstanceSeed,
  TaskCompleted,
  TaskScheduled,
} from "@durable-host/engine";

/** The time at which built events happened unless told otherwise. */
export const BUILT_AT = Date.UTC(2030, 0, 1);

/** A start of `instanceId` with the execution id `<instanceId>-e1`. */
export function anExecutionStarted(
  instanceId: string,
  fields: Partial<ExecutionStarted> & { readonly executionId?: string } = {},
): ExecutionStarted {
  const { executionId = `${instanceId}-e1`, ...rest } = fields;
  return {
    type: "ExecutionStarted",
    timestamp: BUILT_AT,
    name: "order",
    version: "",
    input: '{"sku":"A1"}',
    instance: { instanceId, executionId },
    ...rest,
  };
}

/** What another instance says about `instanceId` when it makes it by sending to it. */
export function anInstanceSeed(instanceId: string, fields: Partial<InstanceSeed> = {}): InstanceSeed {
  return { executionId: `${instanceId}-e1`, name: "order", version: "", input: null, createdAt: BUILT_AT, ...fields };
}

export function anEventRaised(name: string, fields: Partial<EventRaised> = {}): EventRaised {
  return { type: "EventRaised", timestamp: BUILT_AT, name, input: null, ...fields };
}

export function anExecutionTerminated(reason: string | null = "enough"): ExecutionTerminated {
  return { type: "ExecutionTerminated", timestamp: BUILT_AT, reason };
}

export function aTaskScheduled(eventId: number, fields: Partial<TaskScheduled> = {}): TaskScheduled {
  return { type: "TaskScheduled", timestamp: BUILT_AT, eventId, name: "ship", input: '"A1"', ...fields };
}

export function aTaskCompleted(taskScheduledId: number, fields: Partial<TaskCompleted> = {}): TaskCompleted {
  return { type: "TaskCompleted", timestamp: BUILT_AT, taskScheduledId, result: '"done"', ...fields };
}

export function anActivityTask(instanceId: string, taskId: number, fields: Partial<ActivityTask> = {}): ActivityTask {
  return { instanceId, executionId: `${instanceId}-e1`, taskId, name: "ship", input: '"A1"', ...fields };
}

export function anOrchestratorStarted(timestamp: number = BUILT_AT): HistoryEvent {
  return { type: "OrchestratorStarted", timestamp };
}
