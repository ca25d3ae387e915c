import type { InstanceKind, InstanceState, OrchestrationWorkItem, StoredMessage } from "@durable-host/engine";
import { messageEventOf, storedInstanceOf } from "../rows";
import type { Store } from "../store";
import type { InstanceRecord } from "../work/instance-record";
import type { Lock } from "../work/lock-table";
import { loadOrSetAside, reportUnreadable, UNREADABLE_DELAY_MS, type Unreadable } from "./unreadable";
import { eventInMemory, storedMessage } from "../work/message-entry";

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
    const item = itemInMemory(record);
    if (item === undefined) cold.push(record);
    else items.push(item);
  }
  if (cold.length === 0) return items;
  const unreadable: Unreadable<InstanceRecord>[] = [];
  try {
    const load = (record: InstanceRecord) => loadOrSetAside(unreadable, record, () => loadItem(store, record));
    return items.concat(await store.journal.read(() => cold.flatMap(load)));
  } catch (error) {
    for (const record of locked) if (record.lock !== undefined) store.giveBackInstance(record, 0);
    throw error;
  } finally {
    for (const { owner, error } of unreadable) {
      reportUnreadable(store.logger, owner.instanceId, error);
      if (owner.lock !== undefined) store.giveBackInstance(owner, UNREADABLE_DELAY_MS);
    }
  }
}

/** The work item, unless a part of it must be read from the tables. */
export function itemInMemory(record: InstanceRecord): OrchestrationWorkItem | undefined {
  const { lock, state, historyLength, handedOut, instanceId } = record;
  if (lock === undefined || state === undefined) return undefined;
  const messages: StoredMessage[] = [];
  for (const entry of handedOut) {
    const event = eventInMemory(entry);
    if (event === undefined) return undefined;
    messages.push(storedMessage(instanceId, entry, event));
  }
  return workItem(record, lock, state, historyLength, messages);
}

/** Reads state and bodies from the tables; nothing if the instance was purged since it was locked. */
function loadItem({ statements, index }: Store, record: InstanceRecord): OrchestrationWorkItem[] {
  const { lock, handedOut, instanceId } = record;
  if (record.removed || lock === undefined) return [];
  const stored = storedInstanceOf(statements.selectInstance.get(instanceId));
  index.remember(stored);
  const messages = handedOut.map((entry) => {
    const event = eventInMemory(entry) ?? messageEventOf(statements.selectMessage.get(entry.sequenceNumber));
    return storedMessage(instanceId, entry, event);
  });
  return [workItem(record, lock, stored.state, stored.historyLength, messages)];
}

function workItem(
  { kind }: InstanceRecord,
  { token, expiresAt }: Lock<InstanceRecord>,
  instance: InstanceState,
  historyLength: number,
  messages: readonly StoredMessage[],
): OrchestrationWorkItem {
  return { kind, lock: { token, expiresAt }, instance, historyLength, messages };
}
