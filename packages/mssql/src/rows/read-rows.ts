import type { Row } from "../connection/sql-client";
import { Columns } from "./columns";
import type { EventRow } from "./event-row";
import type { InstanceRow } from "./instance-row";
import { splitReasonData } from "./reason-data";
import type { TaskRow } from "./task-row";

/** The columns of a result row of instances. */
export function readInstanceRow(row: Row): InstanceRow {
  const columns = new Columns(row);
  const cell = (name: string) => ({
    text: columns.textOrNull(`${name}Text`),
    hostData: columns.textOrNull(`${name}HostData`),
  });
  return {
    instanceId: columns.text("InstanceID"),
    executionId: columns.text("ExecutionID"),
    name: columns.text("Name"),
    version: columns.textOrNull("Version"),
    runtimeStatus: columns.text("RuntimeStatus"),
    createdTime: columns.number("CreatedTime"),
    lastUpdatedTime: columns.numberOrNull("LastUpdatedTime"),
    completedTime: columns.numberOrNull("CompletedTime"),
    parentInstanceId: columns.textOrNull("ParentInstanceID"),
    tags: columns.textOrNull("Tags"),
    input: cell("Input"),
    output: cell("Output"),
    customStatus: cell("CustomStatus"),
  };
}

/** The columns of a result row of events: of NewEvents (which are not played yet) or of History. */
export function readEventRow(row: Row): EventRow {
  const columns = new Columns(row);
  const hostData = columns.textOrNull("HostData");
  const texts = { text: columns.textOrNull("PayloadText"), reason: columns.textOrNull("Reason"), hostData };
  return {
    // What was written through Microsoft's procedures has no HostData of its own, whoever reads it.
    ...(hostData === null ? splitReasonData(texts.text, texts.reason) : texts),
    eventType: columns.text("EventType"),
    taskId: columns.numberOrNull("TaskID"),
    name: columns.textOrNull("Name"),
    runtimeStatus: columns.textOrNull("RuntimeStatus"),
    timestamp: columns.number("Timestamp"),
    visibleTime: columns.numberOrNull("VisibleTime"),
    executionId: columns.textOrNull("ExecutionID"),
    traceContext: columns.textOrNull("TraceContext"),
    isPlayed: row["IsPlayed"] === true,
  };
}

/** The columns of a result row of activity tasks. */
export function readTaskRow(row: Row): TaskRow {
  const columns = new Columns(row);
  return {
    instanceId: columns.text("InstanceID"),
    executionId: columns.textOrNull("ExecutionID"),
    taskId: columns.number("TaskID"),
    name: columns.textOrNull("Name"),
    version: columns.textOrNull("Version"),
    text: columns.textOrNull("PayloadText"),
    hostData: columns.textOrNull("HostData"),
    traceContext: columns.textOrNull("TraceContext"),
  };
}
