import { errorText } from "@durable-host/engine";
import type { Held, WorkItem } from "./held-locks";
import { wake } from "../store";
import { FREE, setInstanceLock, setTaskLocks } from "./instance-lock";
import type { MicrosoftStore } from "./microsoft-store";

/** Gives a work item back, not to be locked again before the delay has passed. */
export async function abandon(store: MicrosoftStore, item: WorkItem, delayMs: number): Promise<void> {
  const held = store.locks.take(item);
  if (held === undefined) return;
  await free(store, held, delayMs > 0 ? store.clock.now() + delayMs : FREE);
  if (delayMs > 0) return store.expectWorkAt(store.clock.now() + delayMs);
  wake(store, item.kind);
}

/** Gives everything back; what cannot be given back expires. */
export async function releaseAllLocks(store: MicrosoftStore): Promise<void> {
  try {
    for (const held of store.locks.takeAll()) await free(store, held, FREE);
  } catch (error) {
    store.logger.warn(`Locks of this process could not be given back, and will expire: ${errorText(error)}`);
  }
}

function free(store: MicrosoftStore, held: Held, expiresAt: number): Promise<void> {
  if (held.kind === "task") return setTaskLocks(store, [held], expiresAt);
  return setInstanceLock(store, held.row.instanceId, expiresAt);
}
