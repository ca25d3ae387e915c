import {
  DurableHostError,
  type ActivityWorkItem,
  type OrchestrationWorkItem,
  type WorkLock,
} from "@durable-host/engine";
import { Columns } from "../rows/columns";
import { callHost, type Store } from "../store";
import { sequenceNumberOf } from "./lock-activities";

/** Prolongs the lock on a work item. Rejects with LOCK_LOST when it is no longer held. */
export async function renewLock(store: Store, item: OrchestrationWorkItem | ActivityWorkItem): Promise<WorkLock> {
  const { token } = item.lock;
  const askedAt = store.clock.now();
  const lease = [
    { name: "Token", type: "nvarchar", length: 100, value: token },
    { name: "LeaseMs", type: "int", value: store.leaseMs },
  ] as const;
  const { sets } =
    item.kind === "activity"
      ? await callHost(store, "RenewTaskLock", [
          { name: "SequenceNumber", type: "bigint", value: sequenceNumberOf(item) },
          ...lease,
        ])
      : await callHost(store, "RenewInstanceLock", [
          { name: "InstanceID", type: "nvarchar", length: 100, value: item.instance.instanceId },
          ...lease,
        ]);
  const row = sets[0]?.[0];
  if (row === undefined) throw new DurableHostError("LOCK_LOST", "The lock on the work item is lost.");
  const columns = new Columns(row);
  store.serverTime.observe(columns.number("Now"), askedAt);
  return { token, expiresAt: store.serverTime.toLocal(columns.number("LockExpiration")) };
}
