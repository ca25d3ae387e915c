import type { ActivityWorkItem, OrchestrationWorkItem } from "@durable-host/engine";
import { callHost, type Store } from "../store";
import { sequenceNumberOf } from "./lock-activities";

/** Longest delay of an abandoned work item: what an int of milliseconds holds. */
const LONGEST_DELAY_MS = 2_147_483_647;

/** Gives a work item back, not to be locked again before the delay has passed. */
export async function abandon(
  store: Store,
  item: OrchestrationWorkItem | ActivityWorkItem,
  delayMs: number,
): Promise<void> {
  if (item.kind === "activity") await abandonTask(store, item, delayMs);
  else await abandonInstance(store, item.instance.instanceId, item.lock.token, delayMs);
  if (delayMs > 0) return store.expectWorkAt(store.clock.now() + delayMs);
  store.signals.mark(item.kind);
  store.signals.emit();
}

export async function abandonInstance(store: Store, instanceId: string, token: string, delayMs: number): Promise<void> {
  await callHost(store, "AbandonInstance", [
    { name: "InstanceID", type: "nvarchar", length: 100, value: instanceId },
    { name: "Token", type: "nvarchar", length: 100, value: token },
    { name: "DelayMs", type: "int", value: wholeDelay(delayMs) },
  ]);
}

async function abandonTask(store: Store, item: ActivityWorkItem, delayMs: number): Promise<void> {
  await callHost(store, "AbandonTask", [
    { name: "SequenceNumber", type: "bigint", value: sequenceNumberOf(item) },
    { name: "Token", type: "nvarchar", length: 100, value: item.lock.token },
    { name: "DelayMs", type: "int", value: wholeDelay(delayMs) },
  ]);
}

function wholeDelay(delayMs: number): number {
  return Math.min(LONGEST_DELAY_MS, Math.max(0, Math.ceil(delayMs)));
}
