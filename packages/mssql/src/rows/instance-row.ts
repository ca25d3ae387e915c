import { isDeepStrictEqual } from "node:util";
import { DurableHostError, type InstanceState } from "@durable-host/engine";
import { checkedInstanceId, checkedText, COLUMN_BYTES, columnTime } from "./column-limits";
import { statusOf } from "./event-columns";
import { exactOnes, trusted, UTF8, type TextStorage } from "./exact-text";
import { failureJson, parseFailureJson } from "./failure-json";
import { hostDataJson, leftoverOf, parseHostData, withLeftover, type HostData, type Leftover } from "./host-data";
import { parseTagsColumn, tagsColumn } from "./tags-column";

/** A text of an instance: the payload it is kept in. */
export interface TextCell {
  readonly text: string | null;
  readonly hostData: string | null;
}

/** One row of Instances, joined with its three payloads. Times are milliseconds since the epoch. */
export interface InstanceRow {
  readonly instanceId: string;
  readonly executionId: string;
  readonly name: string;
  readonly version: string | null;
  readonly runtimeStatus: string;
  readonly createdTime: number;
  /** Null until Microsoft's provider first saves the instance. */
  readonly lastUpdatedTime: number | null;
  readonly completedTime: number | null;
  readonly parentInstanceId: string | null;
  readonly tags: string | null;
  /** Its HostData also says what the columns cannot of what a start sets once and for all. */
  readonly input: TextCell;
  /** Its HostData also says what the columns cannot of everything else. */
  readonly output: TextCell;
  readonly customStatus: TextCell;
}

type ReadInstance = Omit<InstanceRow, "input" | "output" | "customStatus"> & {
  readonly inputText: string | null;
  readonly outputText: string | null;
  readonly customStatusText: string | null;
};

/** Set by a start, and not changed while its execution lasts: kept with the input. */
const STATIC_FIELDS: ReadonlySet<string> = new Set([
  "name",
  "version",
  "tags",
  "parentInstanceId",
  "input",
  "createdAt",
]);

/**
 * The row of an instance. Its times become whole milliseconds, never earlier. A failure with details is written as
 * Microsoft's provider does, as JSON (contract §3.4).
 * @throws DurableHostError INVALID_INSTANCE_ID or INVALID_ARGUMENT for what the columns cannot hold
 */
export function encodeInstance(state: InstanceState, storage: TextStorage = UTF8): InstanceRow {
  const whole = withWholeTimes(state);
  const columns = columnsOf(whole, storage);
  const { inputText, outputText, customStatusText, ...row } = columns;
  const held = { ...columns, name: trusted(whole.name, storage), version: trusted(whole.version, storage) };
  const leftover = leftoverOf(stateOf(held), whole);
  return {
    ...row,
    input: cellOf(inputText, storage, { instance: part(leftover, (field) => STATIC_FIELDS.has(field)) }),
    output: cellOf(outputText, storage, { instance: part(leftover, (field) => !STATIC_FIELDS.has(field)) }),
    customStatus: cellOf(customStatusText, storage, {}),
  };
}

/**
 * Reads an instance, also one of Microsoft's provider.
 * @throws DurableHostError STORE_CORRUPT for a status nobody knows and for damaged HostData
 */
export function decodeInstance(row: InstanceRow): InstanceState {
  const input = dataOf(row, row.input);
  const output = dataOf(row, row.output);
  const state = stateOf({
    ...row,
    inputText: input.text ?? row.input.text,
    outputText: output.text ?? row.output.text,
    customStatusText: dataOf(row, row.customStatus).text ?? row.customStatus.text,
  });
  return withLeftover(withLeftover(state, input.instance), output.instance);
}

/**
 * Tells whether a stored payload says of the instance what a newly encoded one does, so that it can stay where it is. It may
 * say more: an event may have it, too.
 */
export function isSameCell(stored: TextCell, encoded: TextCell): boolean {
  if (stored.text !== encoded.text) return false;
  if (stored.hostData === encoded.hostData) return true;
  const [before, after] = [parseHostData(stored.hostData), parseHostData(encoded.hostData)];
  return before.text === after.text && isDeepStrictEqual(before.instance, after.instance);
}

function columnsOf(state: InstanceState, storage: TextStorage): ReadInstance {
  const { instanceId, executionId, name, version, runtimeStatus, parentInstanceId, failureDetails } = state;
  return {
    instanceId: checkedInstanceId(instanceId, storage),
    executionId: checkedText(executionId, COLUMN_BYTES.executionId, "The execution id"),
    name: checkedText(name, COLUMN_BYTES.name, "The name"),
    version: checkedText(version, COLUMN_BYTES.version, "The version"),
    runtimeStatus,
    createdTime: state.createdAt,
    lastUpdatedTime: state.lastUpdatedAt,
    completedTime: state.completedAt ?? null,
    parentInstanceId: parentInstanceId === undefined ? null : checkedInstanceId(parentInstanceId, storage),
    tags: tagsColumn(state.tags, storage),
    inputText: state.input,
    outputText: runtimeStatus === "Failed" && failureDetails ? failureJson(failureDetails) : state.output,
    customStatusText: state.customStatus,
  };
}

function stateOf(row: ReadInstance): InstanceState {
  const { instanceId, executionId, name, parentInstanceId, createdTime, completedTime } = row;
  const runtimeStatus = statusOf(row.runtimeStatus);
  if (runtimeStatus === undefined) throw corrupt(instanceId, `its status is '${row.runtimeStatus}'`);
  const failureDetails = runtimeStatus === "Failed" ? parseFailureJson(row.outputText) : undefined;
  const tags = parseTagsColumn(row.tags);
  return {
    instanceId,
    executionId,
    name,
    version: row.version ?? "",
    runtimeStatus,
    input: row.inputText,
    output: failureDetails?.errorMessage ?? row.outputText,
    customStatus: row.customStatusText,
    createdAt: createdTime,
    lastUpdatedAt: row.lastUpdatedTime ?? createdTime,
    ...(failureDetails && { failureDetails }),
    ...(parentInstanceId !== null && { parentInstanceId }),
    ...(tags && { tags }),
    ...(completedTime !== null && { completedAt: completedTime }),
  };
}

function withWholeTimes(state: InstanceState): InstanceState {
  const { instanceId, createdAt, lastUpdatedAt, completedAt } = state;
  return {
    ...state,
    createdAt: columnTime(createdAt, `The time of creation of ${instanceId}`),
    lastUpdatedAt: columnTime(lastUpdatedAt, `The time of the last update of ${instanceId}`),
    ...(completedAt !== undefined && { completedAt: columnTime(completedAt, `The time of the end of ${instanceId}`) }),
  };
}

function cellOf(text: string | null, storage: TextStorage, more: HostData): TextCell {
  return { text, hostData: hostDataJson({ ...exactOnes({ text }, storage), ...more }) };
}

function part(leftover: Leftover | undefined, belongs: (field: string) => boolean): Leftover | undefined {
  const set = Object.entries(leftover?.set ?? {}).filter(([field]) => belongs(field));
  const unset = (leftover?.unset ?? []).filter(belongs);
  if (set.length === 0 && unset.length === 0) return undefined;
  return { ...(set.length > 0 && { set: Object.fromEntries(set) }), ...(unset.length > 0 && { unset }) };
}

function dataOf({ instanceId }: InstanceRow, { hostData }: TextCell): HostData {
  try {
    return parseHostData(hostData);
  } catch (error) {
    throw corrupt(instanceId, "the HostData of one of its payloads is no JSON object", error);
  }
}

function corrupt(instanceId: string, what: string, cause?: unknown): DurableHostError {
  return new DurableHostError("STORE_CORRUPT", `The row of instance '${instanceId}' cannot be read: ${what}.`, {
    cause,
  });
}
