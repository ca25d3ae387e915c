import type { InstanceKind, MessageEvent, OrchestrationWorkItem, StoredMessage } from "@durable-host/engine";
import { messageEventOf, storedInstanceOf } from "../rows";
import { corruptRow } from "../storage-errors";
import type { Store } from "../store";
import type { InstanceRecord } from "../work/instance-record";
import { eventInMemory, storedMessage, type MessageEntry } from "../work/message-entry";

/** Locks instances with due messages. Touches the tables only for what memory does not hold. */
export async function lockOrchestrations(
  store: Store,
  kind: InstanceKind,
  max: number,
): Promise<OrchestrationWorkItem[]> {
  const locked = store.lockInstances(kind, max);
  const items: OrchestrationWorkItem[] = [];
  const cold: InstanceRecord[] = [];
  for (const record of locked) {
    if (isInMemory(record)) items.push(workItem(record, (entry) => eventInMemory(entry)));
    else cold.push(record);
  }
  if (cold.length === 0) return items;
  try {
    return items.concat(await store.journal.read(() => loadCold(store, cold)));
  } catch (error) {
    for (const record of locked) if (record.lock !== undefined) store.giveBackInstance(record, 0);
    throw error;
  }
}

function isInMemory(record: InstanceRecord): boolean {
  return record.state !== undefined && record.handedOut.every((entry) => eventInMemory(entry) !== undefined);
}

/** Reads states and bodies from the tables. Instances that were purged in the meantime are left out. */
function loadCold({ statements, index }: Store, records: readonly InstanceRecord[]): OrchestrationWorkItem[] {
  const items: OrchestrationWorkItem[] = [];
  for (const record of records) {
    if (record.removed || record.lock === undefined) continue;
    if (record.state === undefined) index.remember(storedInstanceOf(statements.selectInstance.get(record.instanceId)));
    const load = (entry: MessageEntry) =>
      eventInMemory(entry) ?? messageEventOf(statements.selectMessage.get(entry.sequenceNumber));
    items.push(workItem(record, load));
  }
  return items;
}

function workItem(
  record: InstanceRecord,
  eventOf: (entry: MessageEntry) => MessageEvent | undefined,
): OrchestrationWorkItem {
  const { kind, lock, state, historyLength, handedOut, instanceId } = record;
  if (lock === undefined || state === undefined) throw corruptRow("instance_id");
  const messages: StoredMessage[] = [];
  for (const entry of handedOut) {
    const event = eventOf(entry);
    if (event !== undefined) messages.push(storedMessage(instanceId, entry, event));
  }
  return { kind, lock: { token: lock.token, expiresAt: lock.expiresAt }, instance: state, historyLength, messages };
}
