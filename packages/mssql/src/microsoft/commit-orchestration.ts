import {
  DurableHostError,
  instanceKind,
  type OrchestrationCommit,
  type OrchestrationWorkItem,
  type OutboundMessage,
} from "@durable-host/engine";
import { SqlError } from "../connection/sql-error";
import { encodeMessage, encodeTimer, type MessageRow } from "../rows/message-row";
import { isDuplicate, translated } from "../store";
import { announce } from "../work/announce";
import { checkpointOf, type Checkpoint } from "./checkpoint";
import { callRaw, type MicrosoftStore } from "./microsoft-store";
import { readRow } from "./read-instance";
import { repeatTransient } from "./repeat";

const PROCEDURE = "_CheckpointOrchestration";
const NO_INSTANCE = 50_000;

/**
 * Saves what an episode or entity batch came to, and releases the lock. The procedure does not ask who holds it. Instead it
 * runs in a transaction that is rolled back unless it has consumed every message of the work item: whoever had the instance
 * in between has consumed them before.
 */
export async function commitOrchestration(
  store: MicrosoftStore,
  item: OrchestrationWorkItem,
  commit: OrchestrationCommit,
): Promise<void> {
  const held = store.locks.instance(item);
  const messages = await messageRows(store, item, commit);
  const checkpoint = checkpointOf(store, held, item, commit, messages);
  await store.locks.ending(item, () => repeatTransient(store, () => save(store, checkpoint)));
  if (commit.activities.length > 0) store.signals.mark("activity");
  // Whether messages have come in meanwhile nobody is told: there may be some.
  announce(store, [{ instanceId: held.row.instanceId, visibleTime: null }, ...messages]);
}

async function save(store: MicrosoftStore, { parameters, consumed }: Checkpoint): Promise<void> {
  try {
    await store.client.transaction(async (transaction) => {
      // Of the two result sets the first lists the messages that were consumed.
      const { sets } = await callRaw(store, transaction, PROCEDURE, parameters);
      if ((sets[0]?.length ?? 0) < consumed) throw taken();
    });
  } catch (error) {
    throw error instanceof SqlError ? meaningOf(error, store.schema) : error;
  }
}

function meaningOf(error: SqlError, schema: string): DurableHostError {
  if (error.number === NO_INSTANCE) return taken(error);
  if (!isDuplicate(error)) return translated(error, PROCEDURE, schema);
  // Two have made the same instance at this moment: another attempt finds it there.
  if (/pk_instances/i.test(error.message))
    return new DurableHostError("STORAGE_TRANSIENT", error.message, { cause: error });
  // The history has an event of this number, or there is a payload of this id: somebody, or an earlier attempt, was here.
  return taken(error);
}

function taken(cause?: unknown): DurableHostError {
  return new DurableHostError("LOCK_LOST", "The work item was executed by somebody else, or its instance is gone.", {
    cause,
  });
}

/** Timers first: they are messages to the instance itself. */
async function messageRows(
  store: MicrosoftStore,
  item: OrchestrationWorkItem,
  { instance = item.instance, timers, messages }: OrchestrationCommit,
): Promise<readonly MessageRow[]> {
  const { storage, logger } = store;
  const present = await existing(store, item.instance.instanceId, messages);
  const rows = [
    ...timers.map((timer) => encodeTimer(timer, instance, storage)),
    ...messages.filter(present).map((message) => messageRow(store, message)),
  ];
  for (const { lostTags, instanceId } of rows) {
    if (lostTags)
      logger.warn(`The instance '${instanceId}' goes without its tags: they are more than SQL Server keeps.`);
  }
  return rows;
}

/** The trace context is in the request, too; in rows for one new entity, two of them would make two instances. */
export function messageRow({ storage }: MicrosoftStore, message: OutboundMessage): MessageRow {
  const row = encodeMessage(message, storage);
  return instanceKind(row.instanceId) === "entity" ? { ...row, traceContext: null } : row;
}

/**
 * Tells messages that somebody gets: the procedure would keep the others until an instance of that id is made.
 */
async function existing(
  store: MicrosoftStore,
  sender: string,
  messages: readonly OutboundMessage[],
): Promise<(message: OutboundMessage) => boolean> {
  const doubtful = new Set(messages.filter((message) => !isMade(message)).map(({ instanceId }) => instanceId));
  doubtful.delete(sender);
  const rows = await Promise.all([...doubtful].map((instanceId) => readRow(store, instanceId, { texts: false })));
  const missing = new Set([...doubtful].filter((_, index) => rows[index] === undefined));
  return (message) => !missing.has(message.instanceId);
}

/** The procedure makes entities, and what is started. */
export function isMade({ instanceId, event, seed }: OutboundMessage): boolean {
  return seed !== undefined && (event.type === "ExecutionStarted" || instanceKind(instanceId) === "entity");
}
