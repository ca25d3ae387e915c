import type { HistoryEvent, InstanceState } from "@durable-host/engine";
import { DurableHostError } from "@durable-host/engine";
import type { Row } from "../connection/sql-client";
import { Columns } from "../rows/columns";
import { isStorableId } from "../rows/column-limits";
import { decodeEvent, type EventOwner } from "../rows/event-row";
import { decodeInstance } from "../rows/instance-row";
import { readEventRow, readInstanceRow } from "../rows/read-rows";
import { parseTagsColumn } from "../rows/tags-column";
import { callHost, type Store } from "../store";

/** The newest execution of an instance. */
export async function getInstance(store: Store, instanceId: string): Promise<InstanceState | undefined> {
  if (!isStorableId(instanceId, store.storage)) return undefined;
  const parameter = { name: "InstanceID", type: "nvarchar", length: 100, value: instanceId } as const;
  const { sets } = await callHost(store, "GetInstance", [parameter], { reads: true });
  const row = sets[0]?.[0];
  return row && decodeInstance(readInstanceRow(row));
}

/** Events of the newest execution, in order. @throws DurableHostError STORE_CORRUPT for an event nobody can read */
export async function readHistory(store: Store, instanceId: string): Promise<HistoryEvent[]> {
  if (!isStorableId(instanceId, store.storage)) return [];
  const parameter = { name: "InstanceID", type: "nvarchar", length: 100, value: instanceId } as const;
  const { sets } = await callHost(store, "ReadHistory", [parameter], { reads: true });
  const [[instance] = [], rows = [], children = []] = sets;
  if (instance === undefined) return [];
  const owner = ownerOf(instance, children);
  return rows.map((row) => historyEvent(row, owner));
}

function ownerOf(row: Row, children: readonly Row[]): EventOwner {
  const columns = new Columns(row);
  const tags = parseTagsColumn(columns.textOrNull("Tags"));
  return {
    instanceId: columns.text("InstanceID"),
    executionId: columns.text("ExecutionID"),
    version: columns.textOrNull("Version"),
    parentInstanceId: columns.textOrNull("ParentInstanceID"),
    childInstanceIds: new Map(children.map(childOf)),
    ...(tags && { tags }),
  };
}

/** The id under which it was started, and its own. */
function childOf(row: Row): readonly [number, string] {
  const columns = new Columns(row);
  return [columns.number("TaskID"), columns.text("InstanceID")];
}

function historyEvent(row: Row, owner: EventOwner): HistoryEvent {
  const decoded = decodeEvent(readEventRow(row), owner);
  if (decoded.type === "event") return decoded.event;
  throw new DurableHostError(
    "STORE_CORRUPT",
    `The history of instance '${owner.instanceId}' cannot be read: ${decoded.problem}`,
  );
}
