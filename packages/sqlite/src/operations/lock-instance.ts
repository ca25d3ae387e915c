import type { OrchestrationWorkItem } from "@durable-host/engine";
import type { Store } from "../store";
import { itemInMemory } from "./lock-orchestrations";

/** Locks one instance if memory has all of it and nobody else has it. */
export function lockInstance(store: Store, instanceId: string, executionId: string): OrchestrationWorkItem | undefined {
  const record = store.index.find(instanceId);
  if (record === undefined || record.executionId !== executionId) return undefined;
  if (!store.lockInstance(record)) return undefined;
  const item = itemInMemory(record);
  if (item === undefined) store.giveBackInstance(record, 0);
  return item;
}
