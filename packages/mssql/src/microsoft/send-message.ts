import { DurableHostError, instanceKind, type OutboundMessage } from "@durable-host/engine";
import type { TableValue } from "../connection/sql-client";
import { SqlError } from "../connection/sql-error";
import type { MessageRow } from "../rows/message-row";
import { orchestrationEventsTable } from "../rows/microsoft-tables";
import { isDuplicate, translated } from "../store";
import { announce } from "../work/announce";
import { isMade, messageRow } from "./commit-orchestration";
import { createInstance } from "./create-instance";
import { engineExecution } from "./execution-names";
import { callMicrosoft, callRaw, instanceParameter, tableContext, type MicrosoftStore } from "./microsoft-store";
import { readRow } from "./read-instance";
import { repeatTransient } from "./repeat";

const PROCEDURE = "_AddOrchestrationEvents";

/** The server's own, of the procedure's attempt to make an instance of which the id tells no name. */
const NO_NAME = 537;

/** Queues a message; resolves to false when nobody gets it. */
export function sendMessage(store: MicrosoftStore, message: OutboundMessage): Promise<boolean> {
  const row = messageRow(store, message);
  // Its payload has one id, however often it is sent: by that a repetition is known.
  const events = orchestrationEventsTable(tableContext(store), [row]);
  return repeatTransient(store, () => send(store, message, row, events));
}

async function send(
  store: MicrosoftStore,
  message: OutboundMessage,
  row: MessageRow,
  events: TableValue,
): Promise<boolean> {
  const { instanceId, executionId, event } = message;
  const target = await readRow(store, instanceId, { texts: false });
  if (target === undefined) {
    if (!isMade(message)) return false;
    if (event.type === "ExecutionStarted") return createInstance(store, event, new Set()).then(() => true);
  }
  // For an execution that is gone: as good as delivered.
  if (target && executionId !== undefined && executionId !== engineExecution(target.executionId)) return true;
  const isUnstarted = target?.runtimeStatus === "Pending" && target.parentInstanceId === null;
  if (event.type === "ExecutionTerminated" && isUnstarted && instanceKind(instanceId) === "orchestration") {
    await terminate(store, instanceId, event.reason);
  } else await add(store, events);
  announce(store, [row]);
  return true;
}

/** Ends at once what has not begun; nobody but this procedure sees a start that is not due. */
async function terminate(store: MicrosoftStore, instanceId: string, reason: string | null): Promise<void> {
  const parameters = [instanceParameter(instanceId), { name: "Reason", type: "nvarchar", value: reason } as const];
  await callMicrosoft(store, "TerminateInstance", parameters);
}

/** A repeated call is refused by the id of its payload: the message is there. */
async function add(store: MicrosoftStore, events: TableValue): Promise<void> {
  try {
    await callRaw(store, store.client, PROCEDURE, [{ name: "NewOrchestrationEvents", type: "table", value: events }]);
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    if (isDuplicate(error) && /pk_payloads/i.test(error.message)) return;
    if (error.number !== NO_NAME) throw translated(error, PROCEDURE, store.schema);
    throw new DurableHostError("STORAGE_TRANSIENT", "The instance has gone at this moment.", { cause: error });
  }
}
