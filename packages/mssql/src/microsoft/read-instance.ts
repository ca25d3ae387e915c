import type { HistoryEvent, InstanceState } from "@durable-host/engine";
import { DurableHostError, instanceKind } from "@durable-host/engine";
import type { Row } from "../connection/sql-client";
import { isStorableId } from "../rows/column-limits";
import { Columns } from "../rows/columns";
import { decodeEvent, type EventOwner } from "../rows/event-row";
import { decodeInstance, type InstanceRow, type TextCell } from "../rows/instance-row";
import { cellText } from "../rows/microsoft-tables";
import { readEventRow, readInstanceRow } from "../rows/read-rows";
import { parseTagsColumn } from "../rows/tags-column";
import { engineExecution } from "./execution-names";
import { callMicrosoft, instanceParameter, type MicrosoftStore } from "./microsoft-store";

/** Executions of which the input is remembered. */
const START_INPUTS = 1_000;

/** The instance as it is stored, whether or not the engine is to know of it. */
export async function readRow(
  store: MicrosoftStore,
  instanceId: string,
  { executionId, texts = true }: { readonly executionId?: string; readonly texts?: boolean } = {},
): Promise<InstanceRow | undefined> {
  if (!isStorableId(instanceId, store.storage)) return undefined;
  const { sets } = await callMicrosoft(store, "QuerySingleOrchestration", [
    instanceParameter(instanceId),
    { name: "ExecutionID", type: "nvarchar", length: 50, value: executionId ?? null },
    { name: "FetchInput", type: "bit", value: texts },
    { name: "FetchOutput", type: "bit", value: texts },
  ]);
  const row = sets[0]?.[0];
  return row && instanceRow(store, row);
}

export function instanceRow(store: MicrosoftStore, row: Row): InstanceRow {
  const read = readInstanceRow(row);
  const cell = ({ text, hostData }: TextCell): TextCell => ({ text: cellText(text, store), hostData });
  return { ...read, input: cell(read.input), output: cell(read.output), customStatus: cell(read.customStatus) };
}

/** What a row means to the engine. */
export function stateOf(row: InstanceRow): InstanceState {
  const state = decodeInstance({ ...row, executionId: engineExecution(row.executionId) });
  // Microsoft's checkpoint replaces a custom status, and never takes one away: JSON's null stands for none.
  return state.customStatus === "null" ? { ...state, customStatus: null } : state;
}

/**
 * Tells whether a row stands for an entity that has been deleted. Microsoft's procedures delete no row without losing the
 * messages that have come in for it, so it stays, as if it had just been created, but for the time of its update.
 */
export function isDeleted(row: InstanceRow): boolean {
  const { instanceId, runtimeStatus, input, lastUpdatedTime } = row;
  const isBlank = runtimeStatus === "Pending" && input.text === null && lastUpdatedTime !== null;
  return isBlank && instanceKind(instanceId) === "entity";
}

/** The newest execution of an instance. */
export async function getInstance(store: MicrosoftStore, instanceId: string): Promise<InstanceState | undefined> {
  const row = await readRow(store, instanceId);
  if (row === undefined || isDeleted(row)) return undefined;
  const state = stateOf(row);
  return state.input === null && row.lastUpdatedTime !== null ? withStartsInput(store, state) : state;
}

/**
 * Microsoft's procedures do not note the input of sub-orchestrations and of continued executions; their history has it. It
 * never changes, and people ask often for the status of one instance.
 */
async function withStartsInput(store: MicrosoftStore, state: InstanceState): Promise<InstanceState> {
  const execution = `${state.executionId} ${state.instanceId}`;
  const known = store.startInputs.get(execution);
  if (known !== undefined) return { ...state, input: known };
  const history = await readHistory(store, state.instanceId);
  const start = history.find((event) => event.type === "ExecutionStarted");
  if (start === undefined) return state;
  const [oldest] = store.startInputs.keys();
  if (oldest !== undefined && store.startInputs.size >= START_INPUTS) store.startInputs.delete(oldest);
  store.startInputs.set(execution, start.input);
  return { ...state, input: start.input };
}

/** Events of the newest execution, in order. @throws DurableHostError STORE_CORRUPT for an event nobody can read */
export async function readHistory(store: MicrosoftStore, instanceId: string): Promise<HistoryEvent[]> {
  if (!isStorableId(instanceId, store.storage)) return [];
  const { sets } = await callMicrosoft(store, "GetInstanceHistory", [
    instanceParameter(instanceId),
    { name: "GetInputsAndOutputs", type: "bit", value: true },
  ]);
  const rows = sets[0] ?? [];
  const newest = rows.at(-1)?.["ExecutionID"];
  return rows.filter((row) => row["ExecutionID"] === newest).flatMap((row) => historyEvent(row));
}

/** Whom rows of events are of: they tell it themselves. */
export function ownerOf(row: Row): EventOwner {
  const columns = new Columns(row);
  const tags = parseTagsColumn(columns.textOrNull("Tags"));
  return {
    instanceId: columns.text("InstanceID"),
    executionId: engineExecution(columns.textOrNull("ExecutionID") ?? ""),
    version: columns.textOrNull("Version"),
    parentInstanceId: columns.textOrNull("ParentInstanceID"),
    ...(tags && { tags }),
  };
}

function historyEvent(row: Row): readonly HistoryEvent[] {
  const owner = ownerOf(row);
  const eventRow = readEventRow(row);
  const decoded = decodeEvent({ ...eventRow, executionId: owner.executionId }, owner);
  switch (decoded.type) {
    case "event":
      return [decoded.event];
    case "unreadable":
      throw new DurableHostError(
        "STORE_CORRUPT",
        `The history of instance '${owner.instanceId}' cannot be read: ${decoded.problem}`,
      );
  }
}
