import { isDeepStrictEqual } from "node:util";
import { mergeHostData, parseHostData } from "../rows/host-data";
import type { HistoryRow } from "../rows/host-tables";
import { isSameCell, type InstanceRow } from "../rows/instance-row";
import type { NewPayloads } from "../rows/new-payloads";
import type { PayloadIds, WorkItemRows } from "./work-item";

/** Where the texts of an instance are to be found, and the events of its history that share one of them. */
export interface SavedTexts {
  readonly ids: PayloadIds;
  readonly history: readonly HistoryRow[];
}

/** Events that say what a text of the instance says: Microsoft's provider, too, keeps such a text once (contract §2.2). */
const SAYING_THE_SAME: Partial<Record<keyof PayloadIds, string>> = {
  input: "ExecutionStarted",
  output: "ExecutionCompleted",
};

/** Saves the texts of an instance: those that have not changed stay where they are, those that an event has are its. */
export function savedTexts(
  row: InstanceRow,
  before: WorkItemRows,
  events: readonly HistoryRow[],
  payloads: NewPayloads,
): SavedTexts {
  const history = [...events];
  const save = (which: keyof PayloadIds): string | null => {
    const cell = row[which];
    const stored = before.payloadIds[which];
    const stays = isSameCell(before.row[which], cell);
    const index = history.findIndex(
      (event) => event.eventType === SAYING_THE_SAME[which] && mayShare(event, cell.text),
    );
    const event = history[index];
    if (event === undefined) return stays ? stored : payloads.add(row.instanceId, cell);
    const isThere = stays && stored !== null && isSameEventPart(before.row[which].hostData, event.hostData);
    const hostData = mergeHostData(event.hostData, cell.hostData);
    const payloadId = isThere ? stored : payloads.add(row.instanceId, { text: cell.text, hostData });
    history[index] = { ...event, payloadId };
    return payloadId;
  };
  const ids = { input: save("input"), output: save("output"), customStatus: save("customStatus") };
  return { ids, history };
}

/** One whose text is not stored yet, as it is with a message, and is all that its payload would hold. */
function mayShare(event: HistoryRow, text: string | null): boolean {
  return event.payloadId === undefined && text !== null && event.text === text && event.reason === null;
}

function isSameEventPart(stored: string | null, encoded: string | null): boolean {
  return isDeepStrictEqual(parseHostData(stored).event, parseHostData(encoded).event);
}
