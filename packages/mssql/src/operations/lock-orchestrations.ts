import { errorText, type InstanceKind, type OrchestrationWorkItem } from "@durable-host/engine";
import type { Row, SqlParameter } from "../connection/sql-client";
import { Columns } from "../rows/columns";
import { decodeInstance } from "../rows/instance-row";
import { readInstanceRow } from "../rows/read-rows";
import { wake, type Store } from "../store";
import { abandonInstance } from "./abandon";
import { claim } from "./claim";
import { postponeMessages } from "./postpone-messages";
import { readMessages } from "./read-messages";
import { rememberRows } from "./work-item";

/** An instance that cannot be read is looked at again after this time; meanwhile others are not held up by it. */
const UNREADABLE_DELAY_MS = 60_000;

/** Locks instances with due messages, those first that have waited longest. */
export async function lockOrchestrations(
  store: Store,
  kind: InstanceKind,
  max: number,
): Promise<OrchestrationWorkItem[]> {
  return lock(store, kind, lockParameters(store, kind, max));
}

/** Locks one instance if it runs this execution and is free. */
export async function lockInstance(
  store: Store,
  instanceId: string,
  executionId: string,
): Promise<OrchestrationWorkItem | undefined> {
  const [item] = await lock(store, "orchestration", [
    ...lockParameters(store, "orchestration", 1),
    { name: "InstanceID", type: "nvarchar", length: 100, value: instanceId },
    { name: "ExecutionID", type: "nvarchar", length: 50, value: executionId },
  ]);
  return item;
}

function lockParameters({ messageLimit }: Store, kind: InstanceKind, max: number): SqlParameter[] {
  return [
    { name: "Entities", type: "bit", value: kind === "entity" },
    { name: "Max", type: "int", value: max },
    { name: "MessageLimit", type: "int", value: messageLimit },
  ];
}

async function lock(
  store: Store,
  kind: InstanceKind,
  parameters: readonly SqlParameter[],
): Promise<OrchestrationWorkItem[]> {
  const askedAt = store.clock.now();
  const { sets } = await claim(store, "LockInstances", parameters);
  const [[time] = [], instances = [], messages = []] = sets;
  if (time === undefined) return [];
  const now = new Columns(time).number("Now");
  store.serverTime.observe(now, askedAt);
  if (new Columns(time).number("MayBeMore") === 1) wake(store, kind);
  const messagesOf = groupByInstance(messages);
  const items: OrchestrationWorkItem[] = [];
  for (const row of instances) {
    try {
      const rows = messagesOf.get(new Columns(row).text("InstanceID")) ?? [];
      const item = await workItem(store, kind, row, rows, now);
      if (item) items.push(item);
    } catch (error) {
      await setAside(store, row, error);
    }
  }
  // Fewer than were locked look like all there are, but others may wait behind those that are set aside.
  if (items.length < instances.length) wake(store, kind);
  return items;
}

function groupByInstance(rows: readonly Row[]): ReadonlyMap<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const instanceId = new Columns(row).text("InstanceID");
    const group = groups.get(instanceId);
    if (group) group.push(row);
    else groups.set(instanceId, [row]);
  }
  return groups;
}

/** Undefined when all of its messages have to wait: it is free again then. */
async function workItem(
  store: Store,
  kind: InstanceKind,
  result: Row,
  messageRows: readonly Row[],
  now: number,
): Promise<OrchestrationWorkItem | undefined> {
  const columns = new Columns(result);
  const row = readInstanceRow(result);
  const token = columns.text("LockedBy");
  const { messages, eventPayloads, postponed, problems } = readMessages(messageRows, row, now);
  const instance = decodeInstance(row);
  for (const problem of problems) reportParked(store, row.instanceId, problem);
  if (postponed.length > 0) await postponeMessages(store, row.instanceId, token, postponed);
  if (postponed.length > 0 && messages.length === 0) {
    await abandonInstance(store, row.instanceId, token, 0);
    return undefined;
  }
  const item: OrchestrationWorkItem = {
    kind,
    lock: {
      token,
      expiresAt: store.serverTime.toLocal(columns.number("LockExpiration")),
    },
    instance,
    historyLength: (columns.numberOrNull("LastSequenceNumber") ?? -1) + 1,
    messages,
  };
  const payloadIds = {
    input: columns.textOrNull("InputPayloadID"),
    output: columns.textOrNull("OutputPayloadID"),
    customStatus: columns.textOrNull("CustomStatusPayloadID"),
  };
  rememberRows(item, { row, payloadIds, eventPayloads });
  return item;
}

/** People have to look at it: it is tried again by nobody else. */
function reportParked({ logger, schema }: Store, instanceId: string, problem: string): void {
  logger.error(
    `A message to the instance '${instanceId}' cannot be read and was parked: ${problem} ` +
      `'durable-host storage status' lists such messages; once an update can read them, ${schema}_host.ReleaseParkedMessages hands them out again.`,
    { instanceId },
  );
}

async function setAside(store: Store, row: Row, error: unknown): Promise<void> {
  const columns = new Columns(row);
  const instanceId = columns.text("InstanceID");
  const problem = errorText(error);
  store.logger.error(
    `The instance '${instanceId}' cannot be executed, and is left alone for ${UNREADABLE_DELAY_MS / 1000} seconds: ${problem}`,
    { instanceId, error },
  );
  await abandonInstance(store, instanceId, columns.text("LockedBy"), UNREADABLE_DELAY_MS);
}
