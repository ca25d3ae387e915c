import type { ActivityTask, InstanceState, Message, MessageEvent, OutboundMessage } from "@durable-host/engine";
import { instanceKind, pendingInstance } from "@durable-host/engine";
import { headOf, messageEventOf, stateTexts, statusCode, type InstanceHead, type Row } from "../rows";
import type { Statements } from "../sql/statements";
import type { ActivityEntry } from "../work/instance-record";
import type { Lock } from "../work/lock-table";
import { MESSAGE_ROLES, messageRole, type MessageEntry } from "../work/message-entry";
import type { WorkIndex } from "../work/work-index";
import { messageWithWholeTimes } from "../whole-times";
import type { KeySource } from "./key-source";

/** A change of memory that follows a durable transaction. `now` is the time it became durable. */
type Effect = (now: number) => void;

/**
 * One group commit under way: writes rows, and collects what memory is to learn once they are durable. Memory
 * therefore lags behind the tables within a batch; `lookup` and the delete methods take that into account.
 */
export class Transaction {
  /** False until a row has been written. */
  changed = false;
  /** Set when everything was deleted: from then on only `heads` and the tables tell what exists. */
  private memoryIsStale = false;
  private readonly heads = new Map<string, InstanceHead | undefined>();
  private readonly effects: Effect[] = [];
  private readonly ended: Lock<unknown>[] = [];
  private readonly firstMessage: number;
  private readonly firstActivity: number;

  constructor(
    readonly sql: Statements,
    readonly index: WorkIndex,
    private readonly keys: KeySource,
  ) {
    this.firstMessage = keys.message;
    this.firstActivity = keys.activity;
  }

  /** What the instance is after the operations before this one; undefined when there is none. */
  lookup(instanceId: string): InstanceHead | undefined {
    if (this.heads.has(instanceId)) return this.heads.get(instanceId);
    const record = this.memoryIsStale ? undefined : this.index.find(instanceId);
    if (record !== undefined) return record;
    const row = this.sql.selectHead.get(instanceId);
    return row === undefined ? undefined : headOf(row);
  }

  /** Tells the operations that follow in this batch what the instance is now. */
  setHead(instanceId: string, head: InstanceHead | undefined): void {
    this.heads.set(instanceId, head);
  }

  /** Has memory changed once the batch is durable, in the order of the calls. */
  afterwards(effect: Effect): void {
    this.changed = true;
    this.effects.push(effect);
  }

  /** Keeps a lock from expiring, and other operations from using it, while its commit is saved. */
  end(lock: Lock<unknown>): void {
    lock.ending = true;
    this.ended.push(lock);
  }

  insertInstance(state: InstanceState): InstanceHead {
    const { instanceId, executionId, runtimeStatus: status } = state;
    const head: InstanceHead = {
      key: this.keys.instance++,
      instanceId,
      kind: instanceKind(instanceId),
      executionId,
      status,
    };
    this.sql.insertInstance.run(
      head.key,
      instanceId,
      executionId,
      statusCode(status),
      head.kind === "entity" ? 1 : 0,
      state.createdAt,
      state.lastUpdatedAt,
      state.completedAt ?? null,
      0,
      ...stateTexts(state),
    );
    this.setHead(instanceId, head);
    this.afterwards(() => this.index.remember({ head, state, historyLength: 0 }));
    return head;
  }

  /** Deletes an instance and everything that belongs to it. */
  deleteInstance(head: InstanceHead): void {
    this.sql.deleteInstance.run(head.key);
    this.sql.deleteHistory.run(head.key);
    this.deletePending(head);
    this.setHead(head.instanceId, undefined);
    this.afterwards(() => {
      const record = this.index.find(head.instanceId);
      if (record?.key === head.key) this.index.remove(record);
    });
  }

  /** Deletes every instance of the task hub. */
  deleteEverything(): void {
    for (const statement of this.sql.deleteAll) statement.run();
    this.heads.clear();
    this.memoryIsStale = true;
    for (const lock of this.index.locks()) this.end(lock);
    this.afterwards(() => this.index.clear());
  }

  /**
   * Sends a message, creating its target from the seed if need be. A message for an execution that is gone is dropped.
   * Returns false when there is no target.
   * @throws DurableHostError INVALID_ARGUMENT before anything is written
   */
  deliver(sent: OutboundMessage): boolean {
    const message = messageWithWholeTimes(sent);
    const { instanceId, executionId, event, seed } = message;
    const target = this.lookup(instanceId) ?? (seed && this.insertInstance(pendingInstance(instanceId, seed)));
    if (target === undefined) return false;
    const isStart = event.type === "ExecutionStarted";
    if (executionId === undefined || executionId === target.executionId || isStart) this.insertMessage(target, message);
    return true;
  }

  insertMessage(target: InstanceHead, { executionId, event, dueAt }: Message): void {
    const body = JSON.stringify(event);
    const entry: MessageEntry = {
      sequenceNumber: this.keys.message++,
      role: messageRole(event),
      executionId,
      dueAt,
      bytes: body.length,
      event,
    };
    this.insertMessageRow(target, entry, body);
  }

  insertTimer(target: InstanceHead, timerId: number, fireAt: number): void {
    const { executionId } = target;
    const role = MESSAGE_ROLES.ordinary;
    this.insertMessageRow(
      target,
      { sequenceNumber: this.keys.message++, role, executionId, dueAt: fireAt, timerId, bytes: 0 },
      null,
    );
  }

  insertActivity(target: InstanceHead, task: ActivityTask): void {
    const sequenceNumber = this.keys.activity++;
    const body = JSON.stringify(task);
    this.sql.insertActivity.run(sequenceNumber, target.key, body);
    this.afterwards(() => this.index.addActivity(this.index.resident(target), sequenceNumber, task, body.length));
  }

  /** Deletes a locked activity task, which ends its lock. */
  deleteActivity(lock: Lock<ActivityEntry>): void {
    this.end(lock);
    this.sql.deleteActivity.run(lock.owner.sequenceNumber);
    this.afterwards(() => this.index.removeActivity(lock.owner));
  }

  /** Deletes messages for executions before the current one, also those that came earlier in this batch. */
  deleteMessagesOfOtherExecutions(head: InstanceHead, executionId: string): void {
    for (const { sequenceNumber } of this.index.find(head.instanceId)?.mailbox.ofOtherExecutions(executionId) ?? []) {
      this.sql.deleteMessage.run(sequenceNumber);
    }
    if (this.keys.message > this.firstMessage) {
      this.sql.deleteNewMessagesOfOtherExecutions.run(this.firstMessage, head.key, executionId);
    }
    this.afterwards(() => {
      const record = this.index.find(head.instanceId);
      if (record !== undefined)
        this.index.removeMessages(record, new Set(record.mailbox.ofOtherExecutions(executionId)));
    });
  }

  /** Tells whether messages for the instance were inserted earlier in this batch. */
  hasNewMessages(head: InstanceHead): boolean {
    if (this.keys.message === this.firstMessage) return false;
    return this.sql.selectNewMessage.get(this.firstMessage, head.key) !== undefined;
  }

  /** The starts that wait in the instance's mailbox at this point of the batch, oldest first. */
  pendingStarts(head: InstanceHead): MessageEvent[] {
    const rows: Row[] = [];
    const record = this.index.find(head.instanceId);
    if (record?.key === head.key) {
      // Memory may know starts that were consumed earlier in this batch: what counts is the table.
      for (const { sequenceNumber } of record.mailbox.starts()) rows.push(...this.sql.selectStart.all(sequenceNumber));
    }
    if (this.keys.message > this.firstMessage) {
      rows.push(...this.sql.selectNewStarts.all(this.firstMessage, head.key));
    }
    return rows.map(messageEventOf);
  }

  /** Shows memory what has become durable. */
  apply(now: number): void {
    for (const effect of this.effects) effect(now);
  }

  /** Takes back the marks on locks after the transaction was undone. */
  undo(): void {
    for (const lock of this.ended) lock.ending = false;
  }

  private insertMessageRow(target: InstanceHead, entry: MessageEntry, body: string | null): void {
    const { sequenceNumber, role, executionId = null, dueAt = null, timerId = null } = entry;
    this.sql.insertMessage.run(sequenceNumber, target.key, role, executionId, dueAt, timerId, body);
    this.afterwards((now) => this.index.addMessage(this.index.resident(target), entry, now));
  }

  /** Deletes pending messages and activities: those memory knows, and those inserted earlier in this batch. */
  private deletePending(head: InstanceHead): void {
    const record = this.index.find(head.instanceId);
    if (record?.key === head.key) {
      for (const { sequenceNumber } of record.mailbox.entries()) this.sql.deleteMessage.run(sequenceNumber);
      for (const { sequenceNumber, lock } of record.activities) {
        this.sql.deleteActivity.run(sequenceNumber);
        if (lock !== undefined) this.end(lock);
      }
      if (record.lock !== undefined) this.end(record.lock);
    }
    if (this.keys.message > this.firstMessage) this.sql.deleteNewMessages.run(this.firstMessage, head.key);
    if (this.keys.activity > this.firstActivity) this.sql.deleteNewActivities.run(this.firstActivity, head.key);
  }
}
