import { DurableHostError, type WorkLock } from "@durable-host/engine";
import type { WorkItem } from "./held-locks";
import { setInstanceLock, setTaskLocks } from "./instance-lock";
import type { MicrosoftStore } from "./microsoft-store";
import { readRow } from "./read-instance";

/**
 * Prolongs the lock on a work item. Rejects with LOCK_LOST when this process has let it go, or let it expire, and when the
 * execution is gone. Whether somebody else has taken it, nobody is told.
 */
export async function renewLock(store: MicrosoftStore, item: WorkItem): Promise<WorkLock> {
  const held = item.kind === "activity" ? store.locks.task(item) : store.locks.instance(item);
  const { instanceId, executionId } = held.kind === "task" ? held : held.row;
  const row = await readRow(store, instanceId, { executionId, texts: false });
  if (row === undefined) throw new DurableHostError("LOCK_LOST", `The execution of instance '${instanceId}' is gone.`);
  const expiresAt = store.clock.now() + store.leaseMs;
  if (held.kind === "task") await setTaskLocks(store, [held], expiresAt);
  else await setInstanceLock(store, instanceId, expiresAt);
  store.locks.renewed(item, expiresAt);
  return { token: item.lock.token, expiresAt };
}
