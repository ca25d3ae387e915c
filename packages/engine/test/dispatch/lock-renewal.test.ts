import { DurableHostError, type ActivityWorkItem, type StorageProvider } from "@durable-host/engine";
import { ManualClock, silentLogger } from "@durable-host/testkit";
import { Dispatcher } from "../../src/dispatch/dispatcher";
import type { WorkProcessor } from "../../src/dispatch/work-processor";

/** A dispatcher with one running work item whose lock is about to expire, and whose renewal fails like this. */
async function renewalFailingWith(error: Error) {
  const warnings: string[] = [];
  const clock = new ManualClock();
  const item: ActivityWorkItem = {
    kind: "activity",
    lock: { token: "t", expiresAt: clock.now() },
    task: { instanceId: "i1", executionId: "e1", taskId: 1, name: "work", input: null },
    previousDeliveries: 0,
  };
  const waiting = [item];
  const lost: ActivityWorkItem[] = [];
  let end: () => void = () => undefined;
  const processor: WorkProcessor<ActivityWorkItem> = {
    kind: "activity",
    lock: async () => waiting.splice(0),
    process: () => new Promise((resolve) => (end = resolve)),
    onLockLost: (each) => void lost.push(each),
    describe: () => "the task",
  };
  const provider = { renewLock: () => Promise.reject(error) } as Partial<StorageProvider> as StorageProvider;
  const logger = { ...silentLogger, warn: (message: string) => void warnings.push(message) };
  const options = { provider, clock, logger, concurrency: 1, pollIntervalMs: 60_000 };
  const dispatcher = new Dispatcher(processor, options);
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  dispatcher.start();
  await turn();
  for (let checks = 0; checks < 2; checks++) {
    clock.advance(5_000);
    await turn();
  }
  end();
  await dispatcher.stop(0);
  return { lost, item, warnings };
}

describe("a lock that cannot be renewed", () => {
  it("is reported once to what runs under it when somebody else has it", async () => {
    const { lost, item, warnings } = await renewalFailingWith(new DurableHostError("LOCK_LOST", "It is another's."));
    expect(lost).toEqual([item]);
    expect(warnings).toHaveLength(1);
  });

  it("is not given up for a fault of the store", async () => {
    const { lost, warnings } = await renewalFailingWith(new DurableHostError("STORAGE_TRANSIENT", "Later."));
    expect(lost).toEqual([]);
    expect(warnings).toHaveLength(2);
  });
});
