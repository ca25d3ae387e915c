import { type ActivityWorkItem, type OrchestrationWorkItem, type StorageProvider } from "@durable-host/engine";
import { ManualClock, silentLogger } from "@durable-host/testkit";
import { Dispatcher } from "../../src/dispatch/dispatcher";
import type { ArrivedOutcome, OrchestrationProcessor } from "../../src/dispatch/orchestration-processor";
import { OutcomeHandOver } from "../../src/dispatch/outcome-hand-over";
import { anInstance, T0 } from "../decide/events";

function anActivity(taskId: number, instanceId = "i1", executionId = "e1"): ActivityWorkItem {
  return {
    kind: "activity",
    lock: { token: String(taskId), expiresAt: T0 },
    task: { instanceId, executionId, taskId, name: "work", input: null },
    previousDeliveries: 0,
  };
}

const outcome = (taskScheduledId: number) =>
  ({ type: "TaskCompleted", timestamp: T0, taskScheduledId, result: null }) as const;

function aHandOver(
  options: { lockable?: boolean; supported?: boolean; failure?: Error; capacity?: () => number } = {},
) {
  const { lockable = true, supported = true } = options;
  const episodes: number[][] = [];
  const abandoned: string[] = [];
  const lockInstance = async (instanceId: string): Promise<OrchestrationWorkItem | undefined> => {
    const lock = { token: instanceId, expiresAt: T0 };
    const instance = anInstance({ instanceId });
    return lockable ? { kind: "orchestration", lock, instance, historyLength: 3, messages: [] } : undefined;
  };
  const provider = {
    ...(supported ? { lockInstance } : {}),
    abandon: async (item: OrchestrationWorkItem) => void abandoned.push(item.instance.instanceId),
  } as unknown as StorageProvider;
  const processor = {
    kind: "orchestration",
    describe: () => "an orchestration",
    lock: async () => [],
    process: async (_item: unknown, _signal: unknown, _onExecuted: unknown, arrived: readonly ArrivedOutcome[]) => {
      episodes.push(arrived.map((each) => each.item.task.taskId));
      if (options.failure) throw options.failure;
    },
  } as unknown as OrchestrationProcessor;
  const clock = new ManualClock();
  const logger = silentLogger;
  const { capacity } = options;
  const dispatching = { provider, clock, logger, concurrency: 1, pollIntervalMs: 1000, ...(capacity && { capacity }) };
  const dispatcher = new Dispatcher(processor, dispatching);
  dispatcher.start();
  return { handOver: new OutcomeHandOver({ provider, dispatcher, processor }), episodes, abandoned };
}

describe("handing over outcomes", () => {
  it("gives all outcomes of one turn for one instance to one episode", async () => {
    const { handOver, episodes } = aHandOver();
    const taken = [1, 2].map((id) => handOver.offer(anActivity(id), outcome(id)));
    const other = handOver.offer(anActivity(3, "i2"), outcome(3));
    expect(await Promise.all([...taken, other])).toEqual([true, true, true]);
    expect(episodes).toEqual([[1, 2], [3]]);
  });

  it("takes nothing while nobody has a place for the episode", async () => {
    const { handOver, episodes } = aHandOver({ capacity: () => 0 });
    expect(await handOver.offer(anActivity(1), outcome(1))).toBe(false);
    expect(episodes).toEqual([]);
  });

  it("takes nothing when the instance is busy, or the store cannot lock a single one", async () => {
    const busy = aHandOver({ lockable: false });
    expect(await busy.handOver.offer(anActivity(1), outcome(1))).toBe(false);
    const unable = aHandOver({ supported: false });
    expect(await unable.handOver.offer(anActivity(1), outcome(1))).toBe(false);
    expect([...busy.episodes, ...unable.episodes]).toEqual([]);
  });

  it("takes only outcomes for the execution it has locked", async () => {
    const { handOver, episodes } = aHandOver();
    const offers = [handOver.offer(anActivity(1), outcome(1)), handOver.offer(anActivity(2, "i1", "e0"), outcome(2))];
    expect(await Promise.all(offers)).toEqual([true, false]);
    expect(episodes).toEqual([[1]]);
  });

  it("gives the instance back when the episode fails, so that the outcome can go as a message", async () => {
    const { handOver, abandoned } = aHandOver({ failure: new Error("worker gone") });
    expect(await handOver.offer(anActivity(1), outcome(1))).toBe(false);
    expect(abandoned).toContain("i1");
  });
});
