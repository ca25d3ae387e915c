import type { Row, SqlClient } from "../connection/sql-client";
import { Columns } from "../rows/columns";
import { hostSchema } from "./schema-name";

/** A message that no host could read: of an unknown type, or damaged. It stays with its instance until that is purged. */
export interface ParkedMessage {
  readonly taskHub: string;
  readonly instanceId: string;
  readonly sequenceNumber: number;
  readonly eventType: string;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
}

export interface ParkedMessages {
  /** How many there are, of hubs that have any. */
  readonly hubs: readonly { readonly taskHub: string; readonly messages: number }[];
  /** A hundred of them at most. */
  readonly oldest: readonly ParkedMessage[];
}

export const NONE_PARKED: ParkedMessages = { hubs: [], oldest: [] };

/** Reads what is parked in all task hubs, as any login of the runtime role may. */
export async function readParkedMessages(client: SqlClient, schema: string): Promise<ParkedMessages> {
  const { sets } = await client.call(`${hostSchema(schema)}.GetParkedMessages`, []);
  const [hubs = [], oldest = []] = sets;
  return {
    hubs: hubs.map((row) => {
      const columns = new Columns(row);
      return { taskHub: columns.text("TaskHub"), messages: columns.number("Messages") };
    }),
    oldest: oldest.map(parkedMessage),
  };
}

function parkedMessage(row: Row): ParkedMessage {
  const columns = new Columns(row);
  return {
    taskHub: columns.text("TaskHub"),
    instanceId: columns.text("InstanceID"),
    sequenceNumber: columns.number("SequenceNumber"),
    eventType: columns.text("EventType"),
    timestamp: columns.number("Timestamp"),
  };
}
