import type { ParentInstance, TaskFailure } from "../model/history-event";
import type { JsonText } from "../model/json-text";
import type { OutboundMessage } from "../ports/storage-provider";

/** Tells a parent that the sub-orchestration it awaits has completed. */
export function subOrchestrationCompleted(
  parent: ParentInstance,
  result: JsonText | null,
  now: number,
): OutboundMessage {
  return {
    instanceId: parent.instanceId,
    executionId: parent.executionId,
    event: {
      type: "SubOrchestrationCompleted",
      timestamp: now,
      taskScheduledId: parent.taskScheduledId,
      result,
    },
  };
}

/** Tells a parent that the sub-orchestration it awaits has failed, was terminated, or could not be started. */
export function subOrchestrationFailed(parent: ParentInstance, failure: TaskFailure, now: number): OutboundMessage {
  return {
    instanceId: parent.instanceId,
    executionId: parent.executionId,
    event: {
      type: "SubOrchestrationFailed",
      timestamp: now,
      taskScheduledId: parent.taskScheduledId,
      ...failure,
    },
  };
}
