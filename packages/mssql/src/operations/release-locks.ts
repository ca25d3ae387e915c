import { errorText } from "@durable-host/engine";
import { callHost, type Store } from "../store";

/** Nobody waits longer than this for a database that does not answer: the locks expire by themselves. */
const TIMEOUT_MS = 5_000;

/**
 * Gives locks back.
 * @param owner the process, or the token of one call's locks
 */
export async function releaseLocks(store: Store, owner: string, { retry }: { readonly retry: boolean }): Promise<void> {
  try {
    const parameter = { name: "Owner", type: "nvarchar", length: 100, value: owner } as const;
    await callHost(store, "ReleaseLocks", [parameter], { timeoutMs: TIMEOUT_MS, retry });
  } catch (error) {
    const text = errorText(error);
    store.logger.warn(`Locks of this process could not be given back, and will expire: ${text}`);
  }
}
