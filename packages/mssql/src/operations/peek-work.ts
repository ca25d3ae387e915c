import type { WorkKind } from "@durable-host/engine";
import { Columns } from "../rows/columns";
import { callHost, type Store } from "../store";
import type { Peek } from "../work/poller";

/** Tells cheaply what there is to lock, and when there will be more by itself. */
export async function peekWork(store: Store): Promise<Peek> {
  const askedAt = store.clock.now();
  const { sets } = await callHost(store, "PeekWork", [], { reads: true });
  const row = sets[0]?.[0];
  if (row === undefined) return { ready: [] };
  const columns = new Columns(row);
  store.serverTime.observe(columns.number("Now"), askedAt);
  const ready: WorkKind[] = [];
  if (columns.flag("Orchestrations")) ready.push("orchestration");
  if (columns.flag("Entities")) ready.push("entity");
  if (columns.flag("Activities")) ready.push("activity");
  const due = columns.numberOrNull("NextDue");
  // A millisecond later: the server keeps finer times than it tells.
  return { ready, ...(due !== null && { nextDueAt: store.serverTime.toLocal(due) + 1 }) };
}
