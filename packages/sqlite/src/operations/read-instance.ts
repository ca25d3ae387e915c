import type { HistoryEvent, InstanceState } from "@durable-host/engine";
import { historyEventsOf, storedInstanceOf, type Row } from "../rows";
import type { Store } from "../store";

/** Answers from memory when it can: what memory shows is durable. */
export async function getInstance(
  { index, journal, statements }: Store,
  instanceId: string,
): Promise<InstanceState | undefined> {
  const known = index.find(instanceId)?.state;
  if (known !== undefined) return known;
  return journal.read(() => {
    const row: Row | undefined = statements.selectInstance.get(instanceId);
    if (row === undefined) return undefined;
    const stored = storedInstanceOf(row);
    index.remember(stored);
    return stored.state;
  });
}

/** The events of the newest execution; those of earlier ones are not in the table. */
export function readHistory({ journal, statements }: Store, instanceId: string): Promise<readonly HistoryEvent[]> {
  return journal.read(() => {
    const rows: Row[] = statements.selectHistory.all(instanceId);
    return rows.flatMap(historyEventsOf);
  });
}
