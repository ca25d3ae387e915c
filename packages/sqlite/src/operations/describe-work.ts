import type { ActivityDescription, LockDescription, WorkDescription } from "@durable-host/engine";
import { activityTaskOf, messageEventOf } from "../rows";
import type { Store } from "../store";
import type { ActivityEntry, InstanceRecord } from "../work/instance-record";
import type { Lock } from "../work/lock-table";
import { eventInMemory } from "../work/message-entry";

/** One process owns the file, so it owns every lock. */
const OWNER = `this process (pid ${process.pid})`;

const NOTHING: WorkDescription = { pendingMessages: 0, timers: [], activities: [] };

/** Looks the work of an instance up in memory, where all of it is; and in the tables for what memory has no bodies of. */
export function describeWork(store: Store, instanceId: string): Promise<WorkDescription | undefined> {
  const { index, journal, statements } = store;
  return journal.read(() => {
    const record = index.find(instanceId);
    if (record === undefined) return statements.selectHead.get(instanceId) === undefined ? undefined : NOTHING;
    const { mailbox, lock, delay } = record;
    const { dueCount: pendingMessages, nextDueAt } = mailbox;
    const oldestMessageAt = sentAt(store, record);
    const timers = mailbox.allTimers().flatMap(({ timerId }) => (timerId === undefined ? [] : [timerId]));
    return {
      ...(lock !== undefined && { lock: description(lock) }),
      ...(delay !== undefined && { notBefore: delay.at }),
      pendingMessages,
      ...(oldestMessageAt !== undefined && { oldestMessageAt }),
      ...(nextDueAt !== undefined && { nextDueAt }),
      timers: timers.sort((a, b) => a - b),
      activities: [...record.activities].map((entry) => activity(store, entry)).sort((a, b) => a.taskId - b.taskId),
    };
  });
}

function description({ since, expiresAt }: Lock<unknown>): LockDescription {
  return { owner: OWNER, since, expiresAt };
}

/** When the oldest message was sent; a delayed one counts from when it was due. */
function sentAt({ statements }: Store, { mailbox }: InstanceRecord): number | undefined {
  const { oldest } = mailbox;
  if (oldest === undefined) return undefined;
  const event = eventInMemory(oldest) ?? messageEventOf(statements.selectMessage.get(oldest.sequenceNumber));
  return Math.max(event.timestamp, oldest.dueAt ?? event.timestamp);
}

function activity({ statements }: Store, entry: ActivityEntry): ActivityDescription {
  const { lock, delay, deliveries } = entry;
  const { taskId } = entry.task ?? activityTaskOf(statements.selectActivity.get(entry.sequenceNumber));
  return {
    taskId,
    deliveries,
    ...(lock !== undefined && { lock: description(lock) }),
    ...(delay !== undefined && { notBefore: delay.at }),
  };
}
