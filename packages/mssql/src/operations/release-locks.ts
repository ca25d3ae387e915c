import { callHost, type Store } from "../store";

/** At a stop nobody waits longer than this for a database that does not answer: the locks expire by themselves. */
const TIMEOUT_MS = 5_000;

/** Gives back whatever this process still has locked. */
export async function releaseLocks(store: Store): Promise<void> {
  try {
    const owner = { name: "Owner", type: "nvarchar", length: 60, value: store.owner } as const;
    await callHost(store, "ReleaseLocks", [owner], { timeoutMs: TIMEOUT_MS, retry: false });
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    store.logger.warn(`The locks of this process could not be given back, and will expire: ${text}`);
  }
}
