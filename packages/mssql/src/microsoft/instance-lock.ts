import type { MicrosoftStore } from "./microsoft-store";
import { callMicrosoft, instanceParameter } from "./microsoft-store";
import { messageIdsTable } from "../rows/microsoft-tables";

/** A lock that expires at this time is none. */
export const FREE = 0;

/**
 * Sets when the lock on an instance expires, whoever has it: the procedure does not ask.
 * @param expiresAt by this process's clock; FREE to give the lock up
 */
export async function setInstanceLock(store: MicrosoftStore, instanceId: string, expiresAt: number): Promise<void> {
  await callMicrosoft(store, "_RenewOrchestrationLocks", [instanceParameter(instanceId), expiration(store, expiresAt)]);
}

/** The same for activity tasks. */
export async function setTaskLocks(
  store: MicrosoftStore,
  tasks: readonly { readonly instanceId: string; readonly sequenceNumber: number }[],
  expiresAt: number,
): Promise<void> {
  await callMicrosoft(store, "_RenewTaskLocks", [
    { name: "RenewingTasks", type: "table", value: messageIdsTable(store.schema, tasks) },
    expiration(store, expiresAt),
  ]);
}

function expiration({ serverTime }: MicrosoftStore, expiresAt: number) {
  return { name: "LockExpiration", type: "datetime2", value: serverTime.toServer(expiresAt) } as const;
}
