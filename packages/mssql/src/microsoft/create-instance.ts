import {
  DurableHostError,
  RUNTIME_STATUSES,
  seedOf,
  type ExecutionStarted,
  type RuntimeStatus,
} from "@durable-host/engine";
import type { SqlParameter } from "../connection/sql-client";
import { SqlError } from "../connection/sql-error";
import { encodeMessage, type MessageRow } from "../rows/message-row";
import { textCell } from "../rows/microsoft-tables";
import { checkTags } from "../rows/tags-column";
import { isDuplicate, translated } from "../store";
import { announce } from "../work/announce";
import { callRaw, instanceParameter, type MicrosoftStore } from "./microsoft-store";
import { readRow } from "./read-instance";
import { repeatTransient } from "./repeat";

/**
 * Creates a Pending instance with its start message. The database stamps both with its own clock.
 * @throws DurableHostError INVALID_ARGUMENT for tags where the schema has no place for them
 */
export async function createInstance(
  store: MicrosoftStore,
  start: ExecutionStarted,
  replaceable: ReadonlySet<RuntimeStatus>,
): Promise<void> {
  checkTags(start.tags);
  if (start.tags && Object.keys(start.tags).length > 0 && !store.features.tags) {
    throw new DurableHostError(
      "INVALID_ARGUMENT",
      `The schema ${store.schema} is older than 1.6.0 and has no place for tags: upgrade it, or start the instance without.`,
    );
  }
  const row = encodeMessage({ ...start.instance, event: start, seed: seedOf(start) }, store.storage);
  const parameters = parametersOf(store, start, row, replaceable);
  await repeatTransient(store, (attempt) => create(store, start, parameters, attempt));
  announce(store, [row]);
}

function parametersOf(
  store: MicrosoftStore,
  { version, instance }: ExecutionStarted,
  row: MessageRow,
  replaceable: ReadonlySet<RuntimeStatus>,
): readonly SqlParameter[] {
  const { features } = store;
  const kept = RUNTIME_STATUSES.filter((status) => !replaceable.has(status));
  return [
    { name: "Name", type: "nvarchar", length: 300, value: row.name },
    { name: "Version", type: "nvarchar", length: 100, value: version },
    instanceParameter(row.instanceId),
    { name: "ExecutionID", type: "nvarchar", length: 50, value: instance.executionId },
    { name: "InputText", type: "nvarchar", value: textCell(row.text, store) },
    { name: "StartTime", type: "datetime2", value: row.visibleTime },
    { name: "DedupeStatuses", type: "nvarchar", value: kept.join(",") },
    ...(features.traceContext
      ? [{ name: "TraceContext", type: "nvarchar", length: 800, value: row.traceContext } as const]
      : []),
    ...(features.tags ? [{ name: "Tags", type: "nvarchar", value: row.seed?.tags ?? null } as const] : []),
  ];
}

/** The procedure would replace what it has just made itself, so nothing is repeated before a look. */
async function create(
  store: MicrosoftStore,
  { instance }: ExecutionStarted,
  parameters: readonly SqlParameter[],
  attempt: number,
): Promise<void> {
  if (attempt > 0 && (await readRow(store, instance.instanceId, { ...instance, texts: false }))) return;
  try {
    await callRaw(store, store.client, "CreateInstance", parameters, { retry: false });
  } catch (error) {
    throw error instanceof SqlError ? meaningOf(error, store.schema) : error;
  }
}

/** Of several that have found no instance of this id one has made it: the others look again. */
function meaningOf(error: SqlError, schema: string): DurableHostError {
  if (isDuplicate(error)) return new DurableHostError("STORAGE_TRANSIENT", error.message, { cause: error });
  return translated(error, "CreateInstance", schema);
}
