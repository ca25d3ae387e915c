import type { HistoryEvent, MessageEvent } from "@durable-host/engine";
import { encodeEvent } from "../rows/event-row";
import type { TextStorage } from "../rows/exact-text";
import type { HistoryRow } from "../rows/host-tables";
import type { WorkItemRows } from "./work-item";

/** History events as rows. One that was handed out as a message leaves its text where it is. */
export function historyRows(
  events: readonly HistoryEvent[],
  { eventPayloads }: Pick<WorkItemRows, "eventPayloads">,
  storage: TextStorage,
): readonly HistoryRow[] {
  return events.map((event) => {
    const payloadId = eventPayloads.get(event as MessageEvent);
    const row = encodeEvent(event, storage);
    return payloadId === undefined ? row : { ...row, payloadId };
  });
}
