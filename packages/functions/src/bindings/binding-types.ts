import type { BindingType } from "./binding-type";
import { blobInput } from "./blob/blob-input";
import { blobOutput } from "./blob/blob-output";
import { durableClientInput } from "./durable-client-input";
import { queueOutput } from "./queue/queue-output";
import { sqlInput } from "./sql/sql-input";
import { sqlOutput } from "./sql/sql-output";
import { tableInput } from "./table/table-input";
import { tableOutput } from "./table/table-output";

/** The types of bindings that are no triggers, by lower-case name. */
export const BINDING_TYPES: Readonly<Record<string, BindingType>> = {
  durableclient: { input: durableClientInput },
  orchestrationclient: { input: durableClientInput },
  blob: { input: blobInput, output: blobOutput },
  queue: { output: queueOutput },
  sql: { input: sqlInput, output: sqlOutput },
  table: { input: tableInput, output: tableOutput },
};
