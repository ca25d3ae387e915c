import type { ActivityDescription, LockDescription, WorkDescription } from "@durable-host/engine";
import type { Row } from "../connection/sql-client";
import { isStorableId } from "../rows/column-limits";
import { Columns } from "../rows/columns";
import { callHost, type Store } from "../store";

/** Tells what the database knows about the work of an instance. */
export async function describeWork(store: Store, instanceId: string): Promise<WorkDescription | undefined> {
  if (!isStorableId(instanceId, store.storage)) return undefined;
  const askedAt = store.clock.now();
  const parameter = { name: "InstanceID", type: "nvarchar", length: 100, value: instanceId } as const;
  const { sets } = await callHost(store, "DescribeWork", [parameter], { reads: true });
  const [[instance] = [], messageRows = [], taskRows = []] = sets;
  if (instance === undefined) return undefined;
  const columns = new Columns(instance);
  const now = columns.number("Now");
  store.serverTime.observe(now, askedAt);
  return {
    ...claimOf(store, columns, now),
    ...messagesOf(store, messageRows, now),
    activities: taskRows.map((row) => activityOf(store, row, now)),
  };
}

/** The lock, or until when the work item is left alone. */
function claimOf(store: Store, columns: Columns, now: number): { lock?: LockDescription; notBefore?: number } {
  const expiration = columns.numberOrNull("LockExpiration");
  if (expiration === null || expiration <= now) return {};
  const owner = columns.textOrNull("LockedBy");
  const time = store.serverTime.toLocal(expiration);
  return owner === null ? { notBefore: time } : { lock: { owner: withoutToken(owner), expiresAt: time } };
}

/** `<host>,<process id>-<random>,<token>`: only the first two are of use to people. */
function withoutToken(lockedBy: string): string {
  const [host = "", process] = lockedBy.split(",");
  return process === undefined ? host : `process ${process.split("-")[0]} on ${host}`;
}

function messagesOf(
  store: Store,
  rows: readonly Row[],
  now: number,
): Pick<WorkDescription, "pendingMessages" | "oldestMessageAt" | "nextDueAt" | "timers"> {
  const timers: number[] = [];
  let pendingMessages = 0;
  let oldest: number | undefined;
  let next: number | undefined;
  for (const row of rows) {
    const columns = new Columns(row);
    const due = columns.numberOrNull("VisibleTime");
    const timerId = columns.numberOrNull("TaskID");
    if (columns.text("EventType") === "TimerFired" && timerId !== null) timers.push(timerId);
    if (due !== null && due > now) {
      next = Math.min(next ?? due, due);
      continue;
    }
    pendingMessages++;
    oldest ??= due ?? columns.number("Timestamp");
  }
  return {
    pendingMessages,
    ...(oldest !== undefined && { oldestMessageAt: oldest }),
    ...(next !== undefined && { nextDueAt: store.serverTime.toLocal(next) }),
    timers: timers.toSorted((a, b) => a - b),
  };
}

function activityOf(store: Store, row: Row, now: number): ActivityDescription {
  const columns = new Columns(row);
  const visible = columns.numberOrNull("VisibleTime");
  const { lock } = claimOf(store, columns, now);
  return {
    taskId: columns.number("TaskID"),
    deliveries: columns.number("DequeueCount"),
    ...(lock && { lock }),
    ...(visible !== null && visible > now && { notBefore: store.serverTime.toLocal(visible) }),
  };
}
