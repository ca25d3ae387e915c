import type { SqlClient } from "../connection/sql-client";
import { CONTRACT_VERSION, SCRIPTS_REVISION } from "./contract-objects";
import { loadScripts } from "./load-scripts";
import { NONE_PARKED, type ParkedMessages, readParkedMessages } from "./parked-messages";
import { type RightsReport, readRights } from "./rights";
import { type SchemaState, type SchemaStatus, judgeSchema, readSchemaStatus } from "./versions";

/** What a database holds, what this release would make of it, and what the login may do about it. */
export interface SchemaInspection {
  readonly state: SchemaState;
  readonly status: SchemaStatus;
  readonly rights: RightsReport;
  /** Messages that no host could read; known when the schema is up to date. */
  readonly parked: ParkedMessages;
  /** What this release sets up. */
  readonly wanted: { readonly contract: string; readonly revision: number };
}

/**
 * Looks at a schema and changes nothing.
 *
 * @throws DurableHostError CONFIG_INVALID for a schema name that is no simple identifier; what the client reports
 */
export async function inspectSchema(client: SqlClient, schema: string): Promise<SchemaInspection> {
  const scripts = loadScripts(schema);
  const status = await readSchemaStatus(client, schema);
  const state = judgeSchema(status, scripts);
  const rights = await readRights(client, schema);
  const mayAsk = state === "current" && rights.missing.length === 0;
  return {
    state,
    status,
    rights,
    parked: mayAsk ? await readParkedMessages(client, schema) : NONE_PARKED,
    wanted: { contract: CONTRACT_VERSION, revision: SCRIPTS_REVISION },
  };
}
