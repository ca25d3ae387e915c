import { DurableHostError, type ActivityTask } from "@durable-host/engine";
import { checkedText, COLUMN_BYTES } from "./column-limits";
import { exactOnes, trusted, UTF8, type TextStorage } from "./exact-text";
import { hostDataJson, leftoverOf, parseHostData, withLeftover, type HostData } from "./host-data";
import { tagsColumn, type Tags } from "./tags-column";
import { parseTraceColumn, traceColumn } from "./trace-column";

/** One row of NewTasks, joined with its payload. */
export interface TaskRow {
  readonly instanceId: string;
  readonly executionId: string | null;
  readonly taskId: number;
  readonly name: string | null;
  readonly version: string | null;
  readonly text: string | null;
  readonly hostData: string | null;
  readonly traceContext: string | null;
}

/** A row to write, with the tags that an activity has from its orchestration. */
export interface NewTaskRow extends TaskRow {
  readonly name: string;
  readonly tags: string | null;
}

/**
 * The row of an activity task.
 * @throws DurableHostError INVALID_ARGUMENT for a name or version longer than its column
 */
export function encodeTask(task: ActivityTask, tags?: Tags, storage: TextStorage = UTF8): NewTaskRow {
  const { instanceId, executionId, taskId, name, version, input, traceContext } = task;
  const columns = {
    instanceId,
    executionId: checkedText(executionId, COLUMN_BYTES.executionId, "The execution id"),
    taskId,
    name: checkedText(name, COLUMN_BYTES.name, "The name"),
    version: version === undefined ? null : checkedText(version, COLUMN_BYTES.version, "The version"),
    text: input,
    traceContext: traceColumn(traceContext),
  };
  const exact = exactOnes({ text: input, name, traceContext: columns.traceContext }, storage);
  const held = { ...columns, version: version === undefined ? null : trusted(version, storage) };
  const hostData = hostDataJson({ ...exact, task: leftoverOf(taskOf(held), task) });
  return { ...columns, hostData, tags: tagsColumn(tags, storage) };
}

/**
 * Reads an activity task, also one of Microsoft's provider.
 * @throws DurableHostError STORE_CORRUPT for damaged HostData
 */
export function decodeTask(row: TaskRow): ActivityTask {
  const data = dataOf(row);
  const text = data.text ?? row.text;
  const read = { ...row, text, name: data.name ?? row.name, traceContext: data.traceContext ?? row.traceContext };
  return withLeftover(taskOf(read), data.task);
}

function taskOf(row: Omit<TaskRow, "hostData">): ActivityTask {
  const { instanceId, executionId, taskId, name, version, text } = row;
  const traceContext = parseTraceColumn(row.traceContext);
  return {
    instanceId,
    executionId: executionId ?? "",
    taskId,
    name: name ?? "",
    input: text,
    ...(version !== null && { version }),
    ...(traceContext && { traceContext }),
  };
}

function dataOf({ instanceId, taskId, hostData }: TaskRow): HostData {
  try {
    return parseHostData(hostData);
  } catch (cause) {
    const what = `The row of activity task ${taskId} of instance '${instanceId}' cannot be read: its HostData is no JSON object.`;
    throw new DurableHostError("STORE_CORRUPT", what, { cause });
  }
}
