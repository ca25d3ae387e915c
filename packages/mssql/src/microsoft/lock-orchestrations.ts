import {
  errorText,
  instanceKind,
  type InstanceKind,
  type MessageEvent,
  type OrchestrationWorkItem,
  type StoredMessage,
} from "@durable-host/engine";
import type { Row } from "../connection/sql-client";
import { Columns } from "../rows/columns";
import type { InstanceRow } from "../rows/instance-row";
import { decodeMessage } from "../rows/message-row";
import { messageIdsTable } from "../rows/microsoft-tables";
import { readEventRow } from "../rows/read-rows";
import { wake } from "../store";
import { engineExecution } from "./execution-names";
import type { HeldInstance } from "./held-locks";
import { setInstanceLock } from "./instance-lock";
import { callMicrosoft, instanceParameter, type MicrosoftStore } from "./microsoft-store";
import { ownerOf, readRow, stateOf } from "./read-instance";

/** An instance that cannot be read is looked at again after this time; meanwhile others are not held up by it. */
const UNREADABLE_DELAY_MS = 60_000;

/** How long an instance is left alone of which events are there and the scheduled start is not. */
const SHORTEST_EARLY_MS = 1_000;
const LONGEST_EARLY_MS = 30_000;

/** An instance that was locked, as the procedure tells of it. */
interface Claim {
  readonly instanceId: string;
  readonly expiresAt: number;
  readonly token: string;
  readonly events: readonly Row[];
  readonly history: readonly Row[];
}

/** Locks instances with due messages, in the order in which the database finds them. */
export async function lockOrchestrations(
  store: MicrosoftStore,
  kind: InstanceKind,
  max: number,
): Promise<OrchestrationWorkItem[]> {
  const other = kind === "entity" ? "orchestration" : "entity";
  const items = [...store.otherKind.take(kind, max, store.clock.now())];
  // It may have waited for this.
  if (items.length > 0) wake(store, other);
  // What was locked first must not expire while more is looked for.
  const until = store.clock.now() + store.leaseMs / 2;
  let mayBeMore = true;
  while (items.length < max && store.clock.now() < until) {
    // What was found of the other kind is to be taken first, or ever more of it would be locked for nobody.
    const isFull = store.otherKind.count(other, store.clock.now()) >= max;
    const claim = isFull ? undefined : await claimNext(store, kind);
    mayBeMore = claim !== undefined;
    if (claim === undefined) break;
    const item = await itemOf(store, claim);
    if (item?.kind === kind) items.push(item);
    else if (item) leaveToOthers(store, item);
  }
  if (items.length > 0) store.busy = true;
  if (mayBeMore && items.length < max) wake(store, kind);
  return items;
}

function leaveToOthers(store: MicrosoftStore, item: OrchestrationWorkItem): void {
  store.otherKind.put(item);
  wake(store, item.kind);
}

/**
 * One call locks one instance. Should its answer be lost, nobody knows what it has locked: that is free when the lock
 * expires.
 */
async function claimNext(store: MicrosoftStore, kind: InstanceKind): Promise<Claim | undefined> {
  const token = `${store.owner},${store.newGuid()}`;
  const expiresAt = store.clock.now() + store.leaseMs;
  const { sets } = await callMicrosoft(store, "_LockNextOrchestration", [
    { name: "BatchSize", type: "int", value: store.messageLimit },
    { name: "LockedBy", type: "nvarchar", length: 100, value: token },
    { name: "LockExpiration", type: "datetime2", value: store.serverTime.toServer(expiresAt) },
    ...(store.features.claimsByKind
      ? [{ name: "OrchestrationType", type: "bit", value: kind === "entity" } as const]
      : []),
  ]);
  const [events = [], [instance] = [], history = []] = sets;
  if (instance === undefined) return undefined;
  return { instanceId: new Columns(instance).text("InstanceID"), expiresAt, token, events, history };
}

/** The work item of a claim; undefined where there is nothing to be done with it now. */
async function itemOf(store: MicrosoftStore, claim: Claim): Promise<OrchestrationWorkItem | undefined> {
  const row = await readRow(store, claim.instanceId);
  // It was purged at this moment.
  if (row === undefined) return undefined;
  try {
    const { item, held } = workItem(claim, row);
    if (item.messages.length === 0) return await discard(store, claim.instanceId, held.meaningless);
    if (isEarly(item)) return await leaveAlone(store, claim, earlyDelay(item, store.clock.now()));
    store.locks.add(item, held, claim.expiresAt);
    return item;
  } catch (error) {
    store.logger.error(
      `The instance '${claim.instanceId}' cannot be executed, and is left alone for ${UNREADABLE_DELAY_MS / 1000} seconds: ${errorText(error)}`,
      { instanceId: claim.instanceId, error },
    );
    return leaveAlone(store, claim, UNREADABLE_DELAY_MS);
  }
}

function workItem(claim: Claim, row: InstanceRow): { item: OrchestrationWorkItem; held: HeldInstance } {
  const instance = stateOf(row);
  const messages: StoredMessage[] = [];
  const meaningless: number[] = [];
  const eventPayloads = new Map<MessageEvent, string | null>();
  for (const eventRow of claim.events.toSorted((left, right) => numberOf(left) - numberOf(right))) {
    const message = storedMessage(eventRow, row);
    if (message === undefined || isForAnother(message, instance.executionId)) {
      meaningless.push(numberOf(eventRow));
      continue;
    }
    messages.push(message);
    eventPayloads.set(message.event, new Columns(eventRow).textOrNull("PayloadID"));
  }
  const current = claim.history.filter((event) => event["ExecutionID"] === row.executionId);
  const last = current.at(-1);
  const item: OrchestrationWorkItem = {
    kind: instanceKind(claim.instanceId),
    lock: { token: claim.token, expiresAt: claim.expiresAt },
    instance,
    historyLength: current.length,
    messages: startFirst(messages, instance.executionId),
  };
  const nextSequenceNumber = last === undefined ? 0 : numberOf(last) + 1;
  return { item, held: { kind: "instance", row, eventPayloads, meaningless, nextSequenceNumber } };
}

/** After continue-as-new the start may have been sent later than events that came in meanwhile. */
function startFirst(messages: readonly StoredMessage[], executionId: string): readonly StoredMessage[] {
  const isStart = ({ event }: StoredMessage): boolean =>
    event.type === "ExecutionStarted" && event.instance.executionId === executionId;
  return [...messages.filter(isStart), ...messages.filter((message) => !isStart(message))];
}

function numberOf(row: Row): number {
  return new Columns(row).number("SequenceNumber");
}

/** Throws for what nobody can read: the whole instance is set aside then, so that nothing of it is lost or doubled. */
function storedMessage(messageRow: Row, row: InstanceRow): StoredMessage | undefined {
  const eventRow = readEventRow(messageRow);
  const { executionId } = eventRow;
  const decoded = decodeMessage(
    {
      ...eventRow,
      executionId: executionId === null ? null : engineExecution(executionId),
      sequenceNumber: numberOf(messageRow),
    },
    { ...ownerOf(messageRow), executionId: engineExecution(row.executionId) },
  );
  if (decoded.type === "unreadable") throw new Error(decoded.problem);
  return decoded.type === "message" ? decoded.message : undefined;
}

/** What was sent to an execution that has ended since: the checkpoint that ended it has left it in the queue. */
function isForAnother({ event, executionId }: StoredMessage, current: string): boolean {
  return event.type !== "ExecutionStarted" && executionId !== undefined && executionId !== current;
}

/** Events for an instance whose start is scheduled for later. Nobody can see here for when. */
function isEarly({ kind, instance, historyLength, messages }: OrchestrationWorkItem): boolean {
  if (kind === "entity" || instance.runtimeStatus !== "Pending" || historyLength > 0) return false;
  return messages.every(({ event }) => event.type !== "ExecutionStarted");
}

/** The longer it has waited, the less it matters how much later it starts. */
function earlyDelay({ messages }: OrchestrationWorkItem, now: number): number {
  const since = Math.min(...messages.map(({ event }) => event.timestamp));
  return Math.min(LONGEST_EARLY_MS, Math.max(SHORTEST_EARLY_MS, (now - since) / 8));
}

async function leaveAlone(store: MicrosoftStore, { instanceId }: Claim, delayMs: number): Promise<undefined> {
  await setInstanceLock(store, instanceId, store.clock.now() + delayMs);
  store.expectWorkAt(store.clock.now() + delayMs);
}

async function discard(store: MicrosoftStore, instanceId: string, events: readonly number[]): Promise<undefined> {
  const ids = events.map((sequenceNumber) => ({ instanceId, sequenceNumber }));
  await callMicrosoft(store, "_DiscardEventsAndUnlockInstance", [
    instanceParameter(instanceId),
    { name: "DeletedEvents", type: "table", value: messageIdsTable(store.schema, ids) },
  ]);
}
