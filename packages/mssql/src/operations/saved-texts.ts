import { isSameCell, type InstanceRow } from "../rows/instance-row";
import type { NewPayloads } from "../rows/new-payloads";
import type { PayloadIds, WorkItemRows } from "./work-item";

/** Where the texts of an instance are to be found: those that have not changed stay where they are. */
export function savedTexts(row: InstanceRow, before: WorkItemRows, payloads: NewPayloads): PayloadIds {
  const save = (which: keyof PayloadIds): string | null => {
    const cell = row[which];
    return isSameCell(before.row[which], cell) ? before.payloadIds[which] : payloads.add(row.instanceId, cell);
  };
  return { input: save("input"), output: save("output"), customStatus: save("customStatus") };
}
