import type { ExecutionStarted } from "../model/history-event";
import type { InstanceSeed } from "../ports/storage-provider";

/** The instance that a start brings into being. */
export function seedOf(start: ExecutionStarted): InstanceSeed {
  return {
    executionId: start.instance.executionId,
    name: start.name,
    version: start.version,
    input: start.input,
    createdAt: start.timestamp,
    ...(start.parent ? { parentInstanceId: start.parent.instanceId } : {}),
    ...(start.tags ? { tags: start.tags } : {}),
  };
}
