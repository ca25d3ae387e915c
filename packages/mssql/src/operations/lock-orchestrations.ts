import {
  errorText,
  type InstanceKind,
  type MessageEvent,
  type OrchestrationWorkItem,
  type StoredMessage,
} from "@durable-host/engine";
import type { Row, SqlParameter } from "../connection/sql-client";
import { Columns } from "../rows/columns";
import { decodeInstance } from "../rows/instance-row";
import { decodeMessage } from "../rows/message-row";
import { readEventRow, readInstanceRow } from "../rows/read-rows";
import { parseTagsColumn } from "../rows/tags-column";
import type { Store } from "../store";
import { abandonInstance } from "./abandon";
import { claim } from "./claim";
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
  if (time) store.serverTime.observe(new Columns(time).number("Now"), askedAt);
  const messagesOf = groupByInstance(messages);
  const items: OrchestrationWorkItem[] = [];
  for (const row of instances) {
    try {
      items.push(workItem(store, kind, row, messagesOf.get(new Columns(row).text("InstanceID")) ?? []));
    } catch (error) {
      await setAside(store, row, error);
    }
  }
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

function workItem(store: Store, kind: InstanceKind, result: Row, messageRows: readonly Row[]): OrchestrationWorkItem {
  const columns = new Columns(result);
  const row = readInstanceRow(result);
  const messages: StoredMessage[] = [];
  const meaningless: number[] = [];
  const eventPayloads = new Map<MessageEvent, string | null>();
  for (const messageRow of messageRows) {
    const message = storedMessage(messageRow, row);
    if (message === undefined) {
      meaningless.push(new Columns(messageRow).number("SequenceNumber"));
      continue;
    }
    messages.push(message);
    eventPayloads.set(message.event, new Columns(messageRow).textOrNull("PayloadID"));
  }
  const item: OrchestrationWorkItem = {
    kind,
    lock: {
      token: columns.text("LockedBy"),
      expiresAt: store.serverTime.toLocal(columns.number("LockExpiration")),
    },
    instance: decodeInstance(row),
    historyLength: (columns.numberOrNull("LastSequenceNumber") ?? -1) + 1,
    messages,
  };
  const payloadIds = {
    input: columns.textOrNull("InputPayloadID"),
    output: columns.textOrNull("OutputPayloadID"),
    customStatus: columns.textOrNull("CustomStatusPayloadID"),
  };
  rememberRows(item, { row, payloadIds, eventPayloads, meaningless });
  return item;
}

/** Throws for what nobody can read: the whole instance is set aside then, so that nothing of it is lost or doubled. */
function storedMessage(messageRow: Row, row: ReturnType<typeof readInstanceRow>): StoredMessage | undefined {
  const { instanceId, executionId, version, parentInstanceId } = row;
  const sequenceNumber = new Columns(messageRow).number("SequenceNumber");
  const tags = parseTagsColumn(row.tags);
  const owner = { instanceId, executionId, version, parentInstanceId, ...(tags && { tags }) };
  const decoded = decodeMessage({ ...readEventRow(messageRow), sequenceNumber }, owner);
  if (decoded.type === "unreadable") throw new Error(decoded.problem);
  return decoded.type === "message" ? decoded.message : undefined;
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
