import type { MessageEvent, OrchestrationWorkItem } from "@durable-host/engine";
import type { InstanceRow } from "../rows/instance-row";

/** What a commit has to know of a work item that the engine does not ask for. */
export interface WorkItemRows {
  /** The instance as it is stored, and the payloads its texts are in. */
  readonly row: InstanceRow;
  readonly payloadIds: PayloadIds;
  /** Where the text of each message is that was handed out: an event that goes to history takes it along. */
  readonly eventPayloads: ReadonlyMap<MessageEvent, string | null>;
}

export interface PayloadIds {
  readonly input: string | null;
  readonly output: string | null;
  readonly customStatus: string | null;
}

const rowsOf = new WeakMap<OrchestrationWorkItem, WorkItemRows>();

/** Remembers the rows behind a work item for as long as somebody has it. */
export function rememberRows(item: OrchestrationWorkItem, rows: WorkItemRows): void {
  rowsOf.set(item, rows);
}

export function rowsBehind(item: OrchestrationWorkItem): WorkItemRows {
  const rows = rowsOf.get(item);
  if (rows === undefined)
    throw new Error(`The work item of '${item.instance.instanceId}' is not one of this provider.`);
  return rows;
}
