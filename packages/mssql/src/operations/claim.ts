import { hasCode } from "@durable-host/engine";
import type { CallResult, SqlParameter } from "../connection/sql-client";
import { callHost, type Store } from "../store";
import { releaseLocks } from "./release-locks";

/**
 * Calls a procedure that locks. All locks of a call have one token, which is made here: should the answer be lost, they can
 * be given back, or nobody would know of them until they expire. For the same reason the call is not repeated unseen.
 */
export async function claim(store: Store, procedure: string, parameters: readonly SqlParameter[]): Promise<CallResult> {
  const token = `${store.owner},${store.newGuid()}`;
  const lock: readonly SqlParameter[] = [
    { name: "Token", type: "nvarchar", length: 100, value: token },
    { name: "LeaseMs", type: "int", value: store.leaseMs },
  ];
  try {
    return await callHost(store, procedure, [...parameters, ...lock], { retry: false });
  } catch (error) {
    if (hasCode(error, "STORAGE_TRANSIENT") && error.outcomeUnknown) await releaseLocks(store, token, { retry: true });
    throw error;
  }
}
