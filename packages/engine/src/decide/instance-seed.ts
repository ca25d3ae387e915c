import type { ExecutionStarted } from "../model/history-event";
import type { InstanceState } from "../model/instance";
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

/** An instance as it is before its first episode. */
export function pendingInstance(instanceId: string, seed: InstanceSeed): InstanceState {
  return {
    ...seed,
    instanceId,
    runtimeStatus: "Pending",
    output: null,
    customStatus: null,
    lastUpdatedAt: seed.createdAt,
  };
}
