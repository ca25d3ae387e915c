import type { WorkKind } from "@durable-host/engine";
import { Columns } from "../rows/columns";
import type { Peek } from "../work/poller";
import type { MicrosoftStore } from "./microsoft-store";

const ALL_KINDS: readonly WorkKind[] = ["orchestration", "entity", "activity"];

/**
 * A look at the clock of the server, and whether it answers. What there is to do, Microsoft's procedures tell only by
 * locking it, so each kind is asked for; while that finds something, the next look follows soon.
 */
export async function peekWork(store: MicrosoftStore): Promise<Peek> {
  const askedAt = store.clock.now();
  const { sets } = await store.client.query("SELECT SYSUTCDATETIME() AS [Now]");
  const row = sets[0]?.[0];
  if (row) store.serverTime.observe(new Columns(row).number("Now"), askedAt);
  const { busy } = store;
  store.busy = false;
  return busy ? { ready: ALL_KINDS } : { ready: [], unknown: ALL_KINDS };
}
