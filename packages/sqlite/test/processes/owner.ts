import { silentLogger } from "@durable-host/testkit";
import { writeSync } from "node:fs";
import {
  hasCode,
  type ActivityWorkItem,
  type Clock,
  type OrchestrationWorkItem,
  type StorageProvider,
} from "@durable-host/engine";
import { createSqliteProvider } from "../../src";

/**
 * A child process that owns a store: `owner.ts <file> <mode>`. Mode `hold` only opens it. Mode `work` starts instances and runs
 * them as fast as it can, and writes one line for each thing the store has acknowledged, right after the acknowledgement.
 */
const IN_FLIGHT = 20;

const clock: Clock = {
  now: () => Date.now(),
  schedule(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};

// Synchronously, so that a line is out before a signal can end the process.
const say = (line: string) => writeSync(1, `${line}\n`);

async function main([file, mode]: readonly string[]): Promise<void> {
  const provider = createSqliteProvider({ file, clock, logger: silentLogger });
  try {
    await provider.start();
  } catch (error) {
    say(hasCode(error, "STORE_IN_USE") ? `refused ${error.message}` : `failed ${String(error)}`);
    return;
  }
  say("open");
  if (mode === "hold") process.stdin.resume();
  else work(provider);
}

function work(provider: StorageProvider): void {
  let next = 0;
  const begin = async () => {
    const instanceId = `${process.pid}-${next++}`;
    const instance = { instanceId, executionId: instanceId };
    const fields = { type: "ExecutionStarted", timestamp: clock.now(), name: "order", version: "" } as const;
    await provider.createInstance({ ...fields, input: null, instance }, new Set());
    say(`created ${instanceId}`);
  };
  const dispatch = async (kind: "orchestration" | "activity") => {
    if (kind === "activity")
      await Promise.all((await provider.lockActivities(IN_FLIGHT)).map((item) => act(provider, item)));
    else {
      const items = await provider.lockOrchestrations(kind, IN_FLIGHT);
      await Promise.all(items.map(async (item) => (await orchestrate(provider, item)) && begin()));
    }
  };
  provider.onWork((kind) => void (kind !== "entity" && dispatch(kind)));
  void Promise.all([dispatch("orchestration"), dispatch("activity"), ...Array.from({ length: IN_FLIGHT }, begin)]);
}

/** First episode: schedules an activity. Second: ends. Returns whether the instance has ended. */
async function orchestrate(provider: StorageProvider, item: OrchestrationWorkItem): Promise<boolean> {
  const { instanceId, executionId } = item.instance;
  const ends = item.historyLength > 0;
  const timestamp = clock.now();
  const task = { instanceId, executionId, taskId: 0, name: "ship", input: null };
  await provider.commitOrchestration(item, {
    instance: { ...item.instance, runtimeStatus: ends ? "Completed" : "Running", lastUpdatedAt: timestamp },
    history: {
      type: "append",
      events: [{ type: "OrchestratorStarted", timestamp }, ...item.messages.map(({ event }) => event)],
    },
    consumedMessages: item.messages.map(({ sequenceNumber }) => sequenceNumber),
    activities: ends ? [] : [task],
    messages: [],
    timers: [],
    canceledTimers: [],
  });
  say(`${ends ? "ended" : "scheduled"} ${instanceId}`);
  return ends;
}

async function act(provider: StorageProvider, item: ActivityWorkItem): Promise<void> {
  const outcome = {
    type: "TaskCompleted",
    timestamp: clock.now(),
    taskScheduledId: item.task.taskId,
    result: null,
  } as const;
  await provider.commitActivity(item, outcome);
  say(`answered ${item.task.instanceId}`);
}

void main(process.argv.slice(2));
