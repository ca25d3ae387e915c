import {
  instanceKind,
  isMessageEvent,
  pendingInstance,
  type InstanceSeed,
  type MessageEvent,
  type OrchestrationInstance,
  type OutboundMessage,
  type StoredMessage,
  type TimerMessage,
} from "@durable-host/engine";
import { checkedInstanceId, checkedText, COLUMN_BYTES, columnTime } from "./column-limits";
import { columnsOf, OPERATION, SCHEDULED_OPERATION, type EventColumns, type EventOwner } from "./event-columns";
import { decodeEvent, rowOf, type DecodedEvent, type EventRow } from "./event-row";
import { UTF8, type TextStorage } from "./exact-text";
import { leftoverOf, mergeHostData, parseHostData, withLeftover } from "./host-data";
import { encodeInstance, type InstanceRow, type TextCell } from "./instance-row";
import { areTooManyTags, type Tags } from "./tags-column";

/** The instance that a message brings into being, as a row; its input is in the message's payload or in one of its own. */
export type SeedRow = Omit<InstanceRow, "input"> & {
  readonly input: TextCell | "in the message's payload";
};

/** A message as a row of NewEvents with its payload, and the instance it may create. */
export interface MessageRow extends EventRow {
  readonly instanceId: string;
  readonly seed: SeedRow | null;
  /** The tags were more than the column holds: the target does without them, and people are to be warned. */
  readonly lostTags: boolean;
}

/** A message as it is read from NewEvents. */
export interface StoredMessageRow extends EventRow {
  readonly sequenceNumber: number;
}

export type DecodedMessage =
  { readonly type: "message"; readonly message: StoredMessage } | Exclude<DecodedEvent, { readonly type: "event" }>;

/**
 * The row of a message. It is visible from its due time on (a start from its scheduled one, a timer from its fire time).
 * @throws DurableHostError INVALID_INSTANCE_ID or INVALID_ARGUMENT for what the columns cannot hold
 */
export function encodeMessage(message: OutboundMessage, storage: TextStorage = UTF8): MessageRow {
  const { instanceId, event, seed, lostTags } = withinTagLimit(message);
  checkedInstanceId(instanceId, storage);
  const columns = addressed(columnsOf(event), message);
  const meant = leftoverOf(addressOf(columns, instanceId), wantedAddress(message));
  const row = rowOf(columns, event, { instanceId, storage, ...(meant && { message: meant }) });
  if (seed === undefined) return { ...row, instanceId, seed: null, lostTags };
  return { ...withSeed(row, instanceId, seed, storage), instanceId, lostTags };
}

/** A timer as the message that it becomes; its row is found again by the timer's id in TaskID. */
export function encodeTimer(
  { timerId, fireAt }: TimerMessage,
  { instanceId, executionId }: OrchestrationInstance,
  storage: TextStorage = UTF8,
): MessageRow {
  const time = columnTime(fireAt, `The time of timer ${timerId}`);
  const event = { type: "TimerFired", timestamp: time, timerId, fireAt } as const;
  return encodeMessage({ instanceId, executionId, event, dueAt: time }, storage);
}

/** Reads a message, also one of Microsoft's provider. Never throws: what cannot be read is reported. */
export function decodeMessage(row: StoredMessageRow, owner: EventOwner): DecodedMessage {
  const decoded = decodeEvent(row, owner);
  if (decoded.type !== "event") return decoded;
  const { event } = decoded;
  if (!isMessageEvent(event)) {
    return { type: "unreadable", problem: `The event '${row.eventType}' is none that an instance can be sent.` };
  }
  const { sequenceNumber, hostData } = row;
  const address = withLeftover(addressOf(row, owner.instanceId), parseHostData(hostData).message);
  const message = { instanceId: owner.instanceId, ...address, event: firedInTime(event, hostData), sequenceNumber };
  return { type: "message", message };
}

interface Address {
  readonly executionId?: string;
  readonly dueAt?: number;
}

function addressed(columns: EventColumns, message: OutboundMessage): EventColumns {
  const { instanceId, event, executionId, dueAt } = message;
  const due = dueAt ?? (event.type === "ExecutionStarted" ? event.scheduledStartTime : undefined);
  const visibleTime =
    due === undefined ? columns.visibleTime : columnTime(due, `The due time of ${event.type} for ${instanceId}`);
  const isScheduled = dueAt !== undefined && columns.name === OPERATION && instanceKind(instanceId) === "entity";
  return {
    ...columns,
    visibleTime,
    executionId: columns.executionId ?? executionColumn(executionId),
    ...(isScheduled && visibleTime !== null && { name: SCHEDULED_OPERATION + isoTicks(visibleTime) }),
  };
}

/** A message to an execution whose id nobody knows (a parent that Microsoft's provider wrote) goes to whichever runs. */
function executionColumn(executionId: string | undefined): string | null {
  return executionId ? checkedText(executionId, COLUMN_BYTES.executionId, "The execution id") : null;
}

function wantedAddress({ executionId, dueAt }: OutboundMessage): Address {
  return { ...(executionId && { executionId }), ...(dueAt !== undefined && { dueAt }) };
}

/** What the columns say of whom and when a message is for. A start says itself which execution it begins. */
function addressOf(columns: EventColumns, instanceId: string): Address {
  const { eventType, executionId, visibleTime, name } = columns;
  const dueAt = visibleTime ?? (instanceKind(instanceId) === "entity" ? scheduledTime(name) : undefined);
  return {
    ...(executionId && eventType !== "ExecutionStarted" && { executionId }),
    ...(dueAt !== undefined && { dueAt }),
  };
}

function scheduledTime(name: string | null): number | undefined {
  if (!name?.startsWith(SCHEDULED_OPERATION)) return undefined;
  const time = Date.parse(name.slice(SCHEDULED_OPERATION.length));
  return Number.isNaN(time) ? undefined : time;
}

/** As .NET writes a time for a round trip: seven digits after the second. */
function isoTicks(time: number): string {
  return new Date(time).toISOString().replace("Z", "0000Z");
}

/** Microsoft's timers bear the time at which they were set; what the engine is told has fired is no earlier than its time. */
function firedInTime(event: MessageEvent, hostData: string | null): MessageEvent {
  if (event.type !== "TimerFired" || hostData !== null || event.timestamp >= event.fireAt) return event;
  return { ...event, timestamp: event.fireAt };
}

function withSeed(
  row: EventRow,
  instanceId: string,
  seed: InstanceSeed,
  storage: TextStorage,
): EventRow & { readonly seed: SeedRow } {
  const instance = encodeInstance(pendingInstance(instanceId, seed), storage);
  const isShared = row.eventType === "ExecutionStarted" && row.text === instance.input.text;
  if (!isShared) return { ...row, seed: instance };
  const hostData = mergeHostData(row.hostData, instance.input.hostData);
  return { ...row, hostData, seed: { ...instance, input: "in the message's payload" } };
}

/** What inherits more tags than the column holds goes without (contract §3.4). A client was refused before. */
function withinTagLimit(message: OutboundMessage): Omit<OutboundMessage, "seed"> & {
  readonly seed: InstanceSeed | undefined;
  readonly lostTags: boolean;
} {
  const { event, seed } = message;
  const tags = (event.type === "ExecutionStarted" ? event.tags : undefined) ?? seed?.tags;
  if (!areTooManyTags(tags)) return { ...message, seed, lostTags: false };
  return {
    ...message,
    event: event.type === "ExecutionStarted" ? withoutTags(event) : event,
    seed: seed && withoutTags(seed),
    lostTags: true,
  };
}

function withoutTags<T extends { readonly tags?: Tags }>(tagged: T): Omit<T, "tags"> {
  const { tags: _tags, ...untagged } = tagged;
  return untagged;
}
