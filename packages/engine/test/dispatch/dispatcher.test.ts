import { DurableHostError, type ActivityWorkItem, type StorageProvider } from "@durable-host/engine";
import { ManualClock, silentLogger } from "@durable-host/testkit";
import { Dispatcher } from "../../src/dispatch/dispatcher";
import type { WorkProcessor } from "../../src/dispatch/work-processor";
import { NotForThisWorker } from "../../src/dispatch/not-for-this-worker";

function anItem(taskId: number, expiresAt = Number.MAX_SAFE_INTEGER): ActivityWorkItem {
  return {
    kind: "activity",
    lock: { token: String(taskId), expiresAt },
    task: { instanceId: "i1", executionId: "e1", taskId, name: "work", input: null },
    previousDeliveries: 0,
  };
}

/** A promise with its ends in the test's hands. */
function deferred<T = void>() {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}

/** Lets everything that is ready to run do so. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

function aDispatcher(concurrency = 2, capacity?: () => number) {
  const clock = new ManualClock();
  const queue: ActivityWorkItem[] = [];
  const running = new Map<number, ReturnType<typeof deferred<void>>>();
  const executed = new Map<number, () => void>();
  const locks: number[] = [];
  const abandoned: [taskId: number, delayMs: number][] = [];
  const renewed: number[] = [];
  const signals: AbortSignal[] = [];
  const failing: { lock?: Error; abandon?: Error } = {};
  const logged: string[] = [];
  const log = (line: string) => void logged.push(line);
  const provider = {
    abandon: async (item: ActivityWorkItem, delayMs: number) => {
      abandoned.push([item.task.taskId, delayMs]);
      if (failing.abandon) throw failing.abandon;
    },
    renewLock: async (item: ActivityWorkItem) => {
      renewed.push(item.task.taskId);
      return { token: item.lock.token, expiresAt: clock.now() + 60_000 };
    },
  } as unknown as StorageProvider;
  const processor: WorkProcessor<ActivityWorkItem> = {
    kind: "activity",
    lock: async (max) => {
      locks.push(max);
      if (failing.lock) throw failing.lock;
      return queue.splice(0, max);
    },
    process: (item, signal, onExecuted) => {
      const work = deferred<void>();
      running.set(item.task.taskId, work);
      executed.set(item.task.taskId, onExecuted);
      signals.push(signal);
      return work.promise;
    },
    describe: (item) => `task ${item.task.taskId}`,
  };
  const dispatcher = new Dispatcher(processor, {
    provider,
    clock,
    logger: { ...silentLogger, warn: log, error: log },
    concurrency,
    pollIntervalMs: 10_000,
    ...(capacity && { capacity }),
  });
  return { dispatcher, clock, queue, running, executed, locks, abandoned, renewed, signals, failing, logged };
}

describe("a dispatcher", () => {
  it("never executes more work items than its concurrency", async () => {
    const { dispatcher, queue, running, locks } = aDispatcher(2);
    queue.push(anItem(1), anItem(2), anItem(3));
    dispatcher.start();
    await settle();
    expect([...running.keys()]).toEqual([1, 2]);
    expect(locks).toEqual([2]);
    running.get(1)?.resolve();
    await settle();
    expect([...running.keys()]).toEqual([1, 2, 3]);
    expect(dispatcher.active).toBe(2);
  });

  it("takes the next when code has ended and only the commit is left, up to five times its concurrency", async () => {
    const { dispatcher, queue, running, executed } = aDispatcher(1);
    queue.push(...[1, 2, 3, 4, 5, 6].map((id) => anItem(id)));
    dispatcher.start();
    await settle();
    expect([...running.keys()]).toEqual([1]);
    for (const id of [1, 2, 3, 4, 5]) {
      executed.get(id)?.();
      await settle();
    }
    expect([...running.keys()]).toEqual([1, 2, 3, 4, 5]);
    running.get(3)?.resolve();
    await settle();
    expect([...running.keys()]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it("does not forget a wake-up that arrives while the store is being asked", async () => {
    const { dispatcher, queue, running } = aDispatcher();
    dispatcher.start();
    queue.push(anItem(1));
    dispatcher.wake();
    await settle();
    expect([...running.keys()]).toEqual([1]);
  });

  it("looks again after the poll interval when nobody wakes it", async () => {
    const { dispatcher, queue, running, clock } = aDispatcher();
    dispatcher.start();
    await settle();
    queue.push(anItem(1));
    clock.advance(9_999);
    await settle();
    expect(running.size).toBe(0);
    clock.advance(1);
    await settle();
    expect([...running.keys()]).toEqual([1]);
  });

  it("gives a failed work item back with a growing delay, and starts over after a success", async () => {
    const { dispatcher, queue, running, abandoned } = aDispatcher();
    dispatcher.start();
    for (const outcome of ["fail", "fail", "succeed", "fail"]) {
      queue.push(anItem(1));
      dispatcher.wake();
      await settle();
      if (outcome === "fail") running.get(1)?.reject(new DurableHostError("WORKER_LOST", "gone"));
      else running.get(1)?.resolve();
      await settle();
    }
    expect(abandoned).toEqual([
      [1, 500],
      [1, 1000],
      [1, 500],
    ]);
  });

  it("leaves what is for other workers to them for a while that does not grow, without calling it a failure", async () => {
    const { dispatcher, queue, running, abandoned } = aDispatcher();
    dispatcher.start();
    for (const error of [new NotForThisWorker("newer", 5000), new NotForThisWorker("newer", 5000), new Error("bug")]) {
      queue.push(anItem(1));
      dispatcher.wake();
      await settle();
      running.get(1)?.reject(error);
      await settle();
    }
    expect(abandoned).toEqual([
      [1, 5000],
      [1, 5000],
      [1, 500],
    ]);
  });

  it("neither retries nor gives back what another owner has", async () => {
    const { dispatcher, queue, running, abandoned } = aDispatcher();
    queue.push(anItem(1));
    dispatcher.start();
    await settle();
    running.get(1)?.reject(new DurableHostError("LOCK_LOST", "lost"));
    await settle();
    expect(abandoned).toEqual([]);
    expect(dispatcher.active).toBe(0);
  });

  it("goes on after the store could not be asked", async () => {
    const { dispatcher, queue, running, failing, clock } = aDispatcher();
    failing.lock = new DurableHostError("STORAGE_TRANSIENT", "away");
    dispatcher.start();
    await settle();
    delete failing.lock;
    queue.push(anItem(1));
    clock.advance(500);
    await settle();
    expect([...running.keys()]).toEqual([1]);
  });

  it("says once that the store does not answer, however often it is asked", async () => {
    const { dispatcher, clock, locks, failing, logged } = aDispatcher();
    const look = async (): Promise<void> => {
      clock.advance(1_000);
      await settle();
    };
    failing.lock = new DurableHostError("STORAGE_TRANSIENT", "The database is away.");
    dispatcher.start();
    await settle();
    for (let looks = 0; looks < 5; looks++) await look();
    expect(locks.length).toBeGreaterThan(3);
    expect(logged).toEqual(["Could not look for activity work, trying again: The database is away."]);

    delete failing.lock;
    await look();
    failing.lock = new DurableHostError("STORAGE_TRANSIENT", "The database is away again.");
    dispatcher.wake();
    await settle();
    expect(logged.at(-1)).toContain("away again");
    await dispatcher.stop(0);
  });

  it("gives a work item back once the store answers again, instead of leaving it locked", async () => {
    const { dispatcher, clock, queue, running, abandoned, failing } = aDispatcher();
    queue.push(anItem(1));
    dispatcher.start();
    await settle();
    failing.abandon = new DurableHostError("STORAGE_TRANSIENT", "The database is away.");
    running.get(1)?.reject(failing.abandon);
    await settle();
    clock.advance(5_000);
    await settle();
    clock.advance(5_000);
    await settle();
    const during = abandoned.length;
    expect(during).toBeGreaterThan(1);

    delete failing.abandon;
    clock.advance(20_000);
    await settle();
    expect(abandoned).toHaveLength(during + 1);
    await dispatcher.stop(0);
  });

  it("leaves a work item that cannot be given back to the end of its lock, also when it stops before", async () => {
    const { dispatcher, clock, queue, running, abandoned, failing, logged } = aDispatcher();
    queue.push(anItem(1, clock.now() + 4_000), anItem(2));
    dispatcher.start();
    await settle();
    failing.abandon = new DurableHostError("STORAGE_TRANSIENT", "The database is away.");
    running.get(1)?.reject(failing.abandon);
    running.get(2)?.reject(failing.abandon);
    await settle();
    await dispatcher.stop(0);
    clock.advance(20_000);
    await settle();
    expect(abandoned.map(([taskId]) => taskId)).toEqual([1, 2]);
    expect(logged.at(-1)).toMatch(/^Task 1 could not be given back; its lock will expire/);
  });

  it("renews locks that are about to expire", async () => {
    const { dispatcher, queue, renewed, clock } = aDispatcher();
    queue.push(anItem(1, clock.now() + 22_000), anItem(2, clock.now() + 60_000));
    dispatcher.start();
    await settle();
    clock.advance(5_000);
    await settle();
    expect(renewed).toEqual([1]);
  });

  it("renews long locks every half minute at the latest, so that most of one is left to live through an outage [SQL31]", async () => {
    const { dispatcher, queue, renewed, clock } = aDispatcher();
    queue.push(anItem(1, clock.now() + 120_000));
    dispatcher.start();
    await settle();
    const counts: number[] = [];
    for (let second = 5; second <= 600; second += 5) {
      clock.advance(5_000);
      await settle();
      if (second % 30 === 0) counts.push(renewed.length);
    }
    expect(counts.every((count, index) => count > (counts[index - 1] ?? 0))).toBe(true);
  });

  it("stops when what runs has ended, and tells it to give up after the grace time", async () => {
    const { dispatcher, queue, running, signals, clock } = aDispatcher();
    queue.push(anItem(1));
    dispatcher.start();
    await settle();
    let stopped = false;
    const stopping = dispatcher.stop(1_000).then(() => (stopped = true));
    await settle();
    expect([stopped, signals[0]?.aborted]).toEqual([false, false]);
    clock.advance(1_000);
    expect(signals[0]?.aborted).toBe(true);
    running.get(1)?.reject(new DurableHostError("WORKER_LOST", "gave up"));
    await stopping;
    expect(dispatcher.active).toBe(0);
  });

  it("locks nothing once it has been stopped", async () => {
    const { dispatcher, queue, running } = aDispatcher();
    dispatcher.start();
    await settle();
    await dispatcher.stop(0);
    queue.push(anItem(1));
    dispatcher.wake();
    await settle();
    expect(running.size).toBe(0);
  });
});

describe("a dispatcher whose executor says how much it takes", () => {
  it("locks nothing while that is nothing, and looks when it is told of room", async () => {
    let capacity = 0;
    const { dispatcher, queue, running, locks } = aDispatcher(5, () => capacity);
    queue.push(anItem(1), anItem(2), anItem(3));
    dispatcher.start();
    await settle();
    expect([locks, dispatcher.takesWork]).toEqual([[], false]);
    capacity = 2;
    dispatcher.wake();
    await settle();
    expect([...running.keys()]).toEqual([1, 2]);
    expect([locks, dispatcher.takesWork]).toEqual([[2], false]);
    running.get(2)?.resolve();
    await settle();
    expect([...running.keys()]).toEqual([1, 2, 3]);
  });

  it("finds room by itself, should nobody tell it", async () => {
    let capacity = 0;
    const { dispatcher, queue, running, clock } = aDispatcher(5, () => capacity);
    queue.push(anItem(1));
    dispatcher.start();
    await settle();
    for (let look = 0; look < 3; look++) clock.advance(10_000);
    capacity = 1;
    clock.advance(10_000);
    await settle();
    expect([...running.keys()]).toEqual([1]);
  });

  it("never executes more than its concurrency, whatever the executor takes", async () => {
    const { dispatcher, queue, running } = aDispatcher(1, () => Infinity);
    queue.push(anItem(1), anItem(2));
    dispatcher.start();
    await settle();
    expect([...running.keys()]).toEqual([1]);
  });

  it("counts what it has adopted until its code has ended", async () => {
    const { dispatcher, queue, running } = aDispatcher(5, () => 1);
    dispatcher.start();
    await settle();
    const [code, commit] = [deferred(), deferred()];
    const adopted = dispatcher.adopt(anItem(1), async (_signal, onExecuted) => {
      await code.promise;
      onExecuted();
      await commit.promise;
    });
    queue.push(anItem(2));
    dispatcher.wake();
    await settle();
    expect([running.size, dispatcher.takesWork]).toEqual([0, false]);
    code.resolve();
    await settle();
    dispatcher.wake();
    await settle();
    expect([...running.keys()]).toEqual([2]);
    commit.resolve();
    expect(await adopted).toBe(true);
  });
});
