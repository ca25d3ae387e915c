import { postponedTable } from "../rows/list-tables";
import { callHost, type Store } from "../store";

/** A message that is not handed out now. */
export interface PostponedMessage {
  readonly sequenceNumber: number;
  /** When it is (milliseconds since the epoch, the server's clock); null: when a person says so. */
  readonly until: number | null;
}

/** Lets messages of a locked instance wait, or parks them. */
export async function postponeMessages(
  store: Store,
  instanceId: string,
  token: string,
  messages: readonly PostponedMessage[],
): Promise<void> {
  await callHost(store, "PostponeMessages", [
    { name: "InstanceID", type: "nvarchar", length: 100, value: instanceId },
    { name: "Token", type: "nvarchar", length: 100, value: token },
    { name: "Messages", type: "table", value: postponedTable(store.schema, messages) },
  ]);
  for (const { until } of messages) if (until !== null) store.expectWorkAt(store.serverTime.toLocal(until));
}
