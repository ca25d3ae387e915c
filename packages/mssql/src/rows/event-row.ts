import type { HistoryEvent } from "@durable-host/engine";
import { columnsOf, eventOf, GENERIC_EVENT, type EventColumns, type EventOwner } from "./event-columns";
import { exactOnes, UTF8, type TextStorage } from "./exact-text";
import {
  hostDataJson,
  leftoverOf,
  parseHostData,
  withLeftover,
  type ExactTexts,
  type HostData,
  type Leftover,
} from "./host-data";

export type { EventOwner } from "./event-columns";

/** One row of NewEvents or History, joined with its payload. */
export interface EventRow extends EventColumns {
  /** JSON of what the other columns cannot hold; null for all that Microsoft's provider writes. */
  readonly hostData: string | null;
}

/** What a row turned out to be. */
export type DecodedEvent =
  | { readonly type: "event"; readonly event: HistoryEvent }
  /** Of a type nobody here knows, or damaged: to be set aside and reported, never to be tried again and again. */
  | { readonly type: "unreadable"; readonly problem: string };

/**
 * The row of an event: Microsoft's columns filled as their provider does (contract §3.1), everything else in HostData, so
 * that `decodeEvent` gives back exactly this event.
 * @throws DurableHostError INVALID_ARGUMENT for a name longer than its column and for a time that is none
 */
export function encodeEvent(event: HistoryEvent, storage: TextStorage = UTF8): EventRow {
  const instanceId = event.type === "ExecutionStarted" ? event.instance.instanceId : "";
  return rowOf(columnsOf(event), event, { instanceId, storage });
}

/** Completes columns with the HostData that makes them mean exactly this event, and with what else is kept there. */
export function rowOf(
  columns: EventColumns,
  event: HistoryEvent,
  context: { readonly instanceId: string; readonly storage: TextStorage; readonly message?: Leftover },
): EventRow {
  const { instanceId, storage, message } = context;
  const leftover = leftoverOf(ownEventOf(columns, { instanceId }) ?? {}, event);
  const marked = event.type === "ExecutionStarted" || event.type === "ExecutionRewound" ? {} : undefined;
  const data = { ...exactTexts(columns, storage), event: leftover ?? marked, message };
  return { ...columns, hostData: hostDataJson(data) };
}

/**
 * Reads the event of a row, also of one that Microsoft's provider has written (contract §3). Never throws: a row that
 * cannot be read is reported, so that the caller can set it aside.
 */
export function decodeEvent(row: EventRow, owner: EventOwner): DecodedEvent {
  let data: HostData;
  try {
    data = parseHostData(row.hostData);
  } catch (error) {
    return { type: "unreadable", problem: `The HostData of a ${row.eventType} row cannot be read: ${String(error)}` };
  }
  const columns = { ...row, ...exactOf(data) };
  // Of an event that a rewind has taken back, what HostData says no longer holds.
  const isTakenBack = row.eventType === GENERIC_EVENT && row.taskId !== null;
  const leftover = isTakenBack ? undefined : data.event;
  const read = leftover ? ownEventOf(columns, owner) : eventOf(columns, owner);
  if (read) return { type: "event", event: withLeftover(read, leftover) };
  const what = row.eventType === "ExecutionCompleted" ? `of status '${row.runtimeStatus ?? ""}'` : "of an unknown type";
  return { type: "unreadable", problem: `The event '${row.eventType}' is ${what}.` };
}

/**
 * What the columns alone say in a row that has an `event` part in its HostData, be it an empty one: the row is this
 * provider's, so nothing is to be guessed from the instance, which may have been another execution's since.
 */
function ownEventOf(columns: EventColumns, owner: Partial<EventOwner>): HistoryEvent | undefined {
  const { instanceId = "", executionId = "" } = owner;
  // A start's message is visible from its scheduled time on, its row of the history has none: both read the same payload.
  const visibleTime = columns.eventType === "ExecutionStarted" ? null : columns.visibleTime;
  return eventOf({ ...columns, visibleTime }, { instanceId, executionId });
}

function exactTexts({ text, reason, name, traceContext }: EventColumns, storage: TextStorage): ExactTexts {
  return exactOnes({ text, reason, name, traceContext }, storage);
}

function exactOf({ text, reason, name, traceContext }: HostData): ExactTexts {
  return {
    ...(text !== undefined && { text }),
    ...(reason !== undefined && { reason }),
    ...(name !== undefined && { name }),
    ...(traceContext !== undefined && { traceContext }),
  };
}
