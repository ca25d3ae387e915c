import { DurableHostError, type ActivityWorkItem, type OrchestrationWorkItem } from "@durable-host/engine";

/** The lock of a work item expired and was taken back, or what it locked is gone. */
export function lockLost(item: OrchestrationWorkItem | ActivityWorkItem): DurableHostError {
  const what =
    item.kind === "activity"
      ? `activity task ${item.task.taskId} of ${item.task.instanceId}`
      : `instance ${item.instance.instanceId}`;
  return new DurableHostError("LOCK_LOST", `The lock on ${what} is no longer held.`);
}
