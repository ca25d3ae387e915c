import type {
  ActivityWorkItem,
  HistoryChange,
  InstanceState,
  OrchestrationCommit,
  OrchestrationWorkItem,
} from "@durable-host/engine";
import type { Operation } from "../journal/journal";
import type { Transaction } from "../journal/transaction";
import { stateTexts, statusCode, type InstanceHead } from "../rows";
import type { ActivityEntry, InstanceRecord } from "../work/instance-record";
import type { Lock } from "../work/lock-table";
import type { MessageEntry } from "../work/message-entry";
import { commitWithWholeTimes } from "../whole-times";
import { lockLost } from "./lock-lost";

/** Saves what an episode or entity batch came to, and releases the lock. */
export function commitOrchestration(
  item: OrchestrationWorkItem,
  proposed: OrchestrationCommit,
): Operation<Transaction, void> {
  return (transaction) => {
    const commit = commitWithWholeTimes(proposed);
    const { index } = transaction;
    const lock = index.instances.locks.find(item.lock.token);
    if (lock === undefined || lock.ending) throw lockLost(item);
    const activities = activityLocks(transaction, commit.endedActivities ?? []);
    transaction.end(lock);
    const record = lock.owner;
    for (const activity of activities) transaction.deleteActivity(activity);
    if (commit.instance === undefined) deleteInstance(transaction, record, item);
    else {
      deleteMessages(transaction, record, consumedEntries(record, commit));
      const head = saveInstance(transaction, record, item, commit.history, commit.instance);
      for (const { timerId, fireAt } of commit.timers) transaction.insertTimer(head, timerId, fireAt);
      for (const task of commit.activities) transaction.insertActivity(head, task);
    }
    for (const message of commit.messages) transaction.deliver(message);
    transaction.afterwards((now) => index.release(record, now));
  };
}

/** The locks on the activities that the commit ends; one that is no longer held forbids it. */
function activityLocks({ index }: Transaction, items: readonly ActivityWorkItem[]): Lock<ActivityEntry>[] {
  return items.map((item) => {
    const lock = index.activities.locks.find(item.lock.token);
    if (lock === undefined || lock.ending) throw lockLost(item);
    return lock;
  });
}

function deleteMessages(transaction: Transaction, record: InstanceRecord, entries: ReadonlySet<MessageEntry>): void {
  const { index, sql } = transaction;
  for (const { sequenceNumber } of entries) sql.deleteMessage.run(sequenceNumber);
  transaction.afterwards(() => index.removeMessages(record, entries));
}

/** The consumed messages and the cancelled timers. */
function consumedEntries({ mailbox, handedOut }: InstanceRecord, commit: OrchestrationCommit): Set<MessageEntry> {
  const { consumedMessages, canceledTimers } = commit;
  // Almost always everything that was handed out is consumed, in that order.
  const all =
    consumedMessages.length === handedOut.length &&
    handedOut.every((entry, i) => entry.sequenceNumber === consumedMessages[i]);
  const consumed = all ? undefined : new Set(consumedMessages);
  const gone = new Set(consumed ? handedOut.filter((entry) => consumed.has(entry.sequenceNumber)) : handedOut);
  const canceled =
    canceledTimers === "all" ? mailbox.allTimers() : canceledTimers.map((timerId) => mailbox.timer(timerId));
  for (const entry of canceled) if (entry !== undefined) gone.add(entry);
  return gone;
}

function saveInstance(
  transaction: Transaction,
  record: InstanceRecord,
  item: OrchestrationWorkItem,
  history: HistoryChange,
  state: InstanceState,
): InstanceHead {
  const { index } = transaction;
  const historyLength = saveHistory(transaction, record.key, item.historyLength, history);
  updateRow(transaction, record.key, item.instance, state, historyLength);
  transaction.afterwards(() => index.update(record, state, historyLength));
  const { executionId, runtimeStatus: status } = state;
  if (executionId === item.instance.executionId && status === item.instance.runtimeStatus) return record;
  const { key, instanceId, kind } = record;
  const head: InstanceHead = { key, instanceId, kind, executionId, status };
  transaction.setHead(instanceId, head);
  if (executionId !== item.instance.executionId) transaction.deleteMessagesOfOtherExecutions(head, executionId);
  return head;
}

function saveHistory({ sql }: Transaction, key: number, length: number, { type, events }: HistoryChange): number {
  if (type === "replace") sql.deleteHistory.run(key);
  if (events.length > 0) sql.insertHistory.run(key, JSON.stringify(events));
  return (type === "replace" ? 0 : length) + events.length;
}

/** Writes as few columns as possible: most commits change nothing but the time of the last update. */
function updateRow(
  { sql }: Transaction,
  key: number,
  before: InstanceState,
  after: InstanceState,
  historyLength: number,
): void {
  const { lastUpdatedAt } = after;
  if (!onlyStatusDiffers(before, after)) {
    sql.updateInstance.run(
      after.executionId,
      statusCode(after.runtimeStatus),
      after.createdAt,
      lastUpdatedAt,
      after.completedAt ?? null,
      historyLength,
      ...stateTexts(after),
      key,
    );
  } else if (before.runtimeStatus !== after.runtimeStatus) {
    sql.updateStatus.run(lastUpdatedAt, historyLength, statusCode(after.runtimeStatus), key);
  } else {
    sql.touchInstance.run(lastUpdatedAt, historyLength, key);
  }
}

function onlyStatusDiffers(before: InstanceState, after: InstanceState): boolean {
  return (
    before.executionId === after.executionId &&
    before.input === after.input &&
    before.output === after.output &&
    before.customStatus === after.customStatus &&
    before.completedAt === after.completedAt &&
    before.createdAt === after.createdAt &&
    before.name === after.name &&
    before.version === after.version &&
    before.parentInstanceId === after.parentInstanceId &&
    before.failureDetails === after.failureDetails &&
    before.tags === after.tags
  );
}

/**
 * Deletes the instance; but messages that came in while it was locked were acknowledged to their senders and must not
 * be lost: for them the instance begins anew, as if the first of them had just created it.
 */
function deleteInstance(transaction: Transaction, record: InstanceRecord, item: OrchestrationWorkItem): void {
  const ended = new Set([...record.handedOut, ...record.mailbox.allTimers()]);
  if (record.mailbox.size === ended.size && !transaction.hasNewMessages(record))
    return transaction.deleteInstance(record);
  deleteMessages(transaction, record, ended);
  const { failureDetails: _, completedAt: __, ...kept } = item.instance;
  const state: InstanceState = { ...kept, runtimeStatus: "Pending", input: null, output: null, customStatus: null };
  saveInstance(transaction, record, item, { type: "replace", events: [] }, state);
}
