import { MESSAGE_ROLES, type MessageEntry } from "./message-entry";
import type { Timer, Timers } from "./timers";

/** How much of a mailbox is handed out in one work item; at least one message always is. */
export interface HandOutLimits {
  readonly messages: number;
  readonly bytes: number;
}

/**
 * The pending messages of one instance: those due, in order of sequence number, and those that wait for their time.
 *
 * A scheduled start that is not yet due holds back everything else, for nothing can be done with it before the start;
 * except a termination, which must not wait and takes the start with it.
 */
export class Mailbox {
  private due: MessageEntry[] = [];
  private waiting: Map<MessageEntry, Timer> | undefined;
  private timers: Map<number, MessageEntry> | undefined;
  private scheduledStart: MessageEntry | undefined;

  get size(): number {
    return this.due.length + (this.waiting?.size ?? 0);
  }

  /** Tells whether there is something an executor can work on now. */
  get hasWork(): boolean {
    if (this.due.length === 0) return false;
    return this.scheduledStart === undefined || this.due.some((entry) => entry.role === MESSAGE_ROLES.terminate);
  }

  /** How many messages are due. */
  get dueCount(): number {
    return this.due.length;
  }

  /** The message that arrived first of those that are due. */
  get oldest(): MessageEntry | undefined {
    return this.due[0];
  }

  /** When the next of those is due that wait for their time. */
  get nextDueAt(): number | undefined {
    let next: number | undefined;
    for (const { dueAt } of this.waiting?.keys() ?? []) {
      if (dueAt !== undefined && (next === undefined || dueAt < next)) next = dueAt;
    }
    return next;
  }

  /** Puts a message in; `onDue` is called later if it must wait for its time. */
  add(entry: MessageEntry, now: number, timers: Timers, onDue: () => void): void {
    if (entry.timerId !== undefined) (this.timers ??= new Map()).set(entry.timerId, entry);
    if (entry.dueAt === undefined || entry.dueAt <= now) return this.insert(entry);
    if (entry.role === MESSAGE_ROLES.start) this.scheduledStart = entry;
    const timer = timers.set(entry.dueAt, () => {
      this.waiting?.delete(entry);
      if (this.scheduledStart === entry) this.scheduledStart = undefined;
      this.insert(entry);
      onDue();
    });
    (this.waiting ??= new Map()).set(entry, timer);
  }

  /**
   * The messages for one work item: a start first, whatever its number, for without it nothing can be done with the others;
   * then the oldest. They stay in the mailbox until they are consumed.
   */
  handOut(limits: HandOutLimits): readonly MessageEntry[] {
    const first = this.handedOutFirst();
    const inOrder = first.every((entry, index) => this.due[index] === entry);
    const entries = inOrder ? this.due : [...first, ...this.due.filter((entry) => !first.includes(entry))];
    let bytes = 0;
    let count = 0;
    for (const entry of entries) {
      bytes += entry.bytes;
      const optional = count > 0 && count >= first.length;
      if (optional && (count >= limits.messages || bytes > limits.bytes)) break;
      count++;
    }
    return entries.slice(0, count);
  }

  /**
   * What no limit may keep back. When an instance is terminated before its scheduled start is due, both are handed out at
   * once, so that the instance can end.
   */
  private handedOutFirst(): readonly MessageEntry[] {
    const starts = this.due.filter(({ role }) => role === MESSAGE_ROLES.start);
    if (this.scheduledStart === undefined) return starts;
    const terminations = this.due.filter(({ role }) => role === MESSAGE_ROLES.terminate);
    return terminations.length === 0 ? starts : [...starts, this.scheduledStart, ...terminations];
  }

  /** All pending messages, in no particular order. */
  *entries(): Iterable<MessageEntry> {
    yield* this.due;
    if (this.waiting) yield* this.waiting.keys();
  }

  /** All pending starts, oldest first. */
  starts(): MessageEntry[] {
    const starts = [...this.entries()].filter(({ role }) => role === MESSAGE_ROLES.start);
    return starts.toSorted((a, b) => a.sequenceNumber - b.sequenceNumber);
  }

  /** Messages meant for an execution other than the given one. A start is meant for whoever gets it. */
  ofOtherExecutions(executionId: string): MessageEntry[] {
    const others: MessageEntry[] = [];
    for (const entry of this.entries()) {
      if (entry.executionId === undefined || entry.executionId === executionId) continue;
      if (entry.role !== MESSAGE_ROLES.start) others.push(entry);
    }
    return others;
  }

  timer(timerId: number): MessageEntry | undefined {
    return this.timers?.get(timerId);
  }

  allTimers(): readonly MessageEntry[] {
    return this.timers === undefined ? [] : [...this.timers.values()];
  }

  /** Takes messages out, whether due or waiting. */
  remove(entries: ReadonlySet<MessageEntry>, timers: Timers): void {
    if (entries.size === 0) return;
    this.due =
      entries.size >= this.due.length && this.due.every((entry) => entries.has(entry))
        ? []
        : this.due.filter((entry) => !entries.has(entry));
    for (const entry of entries) {
      const timer = this.waiting?.get(entry);
      if (timer !== undefined) {
        timers.cancel(timer);
        this.waiting?.delete(entry);
      }
      if (entry.timerId !== undefined && this.timers?.get(entry.timerId) === entry) this.timers.delete(entry.timerId);
      if (this.scheduledStart === entry) this.scheduledStart = undefined;
    }
  }

  private insert(entry: MessageEntry): void {
    if (this.due.length === 0) {
      // Most instances have one message: a literal takes a slot, pushing to an empty array makes room for many.
      this.due = [entry];
      return;
    }
    let index = this.due.length;
    while (index > 0 && (this.due[index - 1]?.sequenceNumber ?? 0) > entry.sequenceNumber) index--;
    if (index === this.due.length) this.due.push(entry);
    else this.due.splice(index, 0, entry);
  }
}
