import type { InstanceQuery, InstanceState, RuntimeStatus, StorageProvider } from "@durable-host/engine";
import { ManualClock, silentLogger } from "@durable-host/testkit";
import { Retention, type RetentionPolicy } from "../../src/dispatch/retention";
import { anInstance } from "../decide/events";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const running: Retention[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((retention) => retention.stop()));
});

/** A retention over a store of a few lists, with the clock in the test's hands. */
function aRetention(policy: Partial<RetentionPolicy>) {
  const clock = new ManualClock();
  const stored = new Map<string, InstanceState>();
  const queries: InstanceQuery[] = [];
  const purges: (readonly [ids: readonly string[], statuses: readonly RuntimeStatus[] | undefined])[] = [];
  const failing: { error?: Error } = {};
  const provider = {
    async queryInstances(query: InstanceQuery) {
      queries.push(query);
      if (failing.error) throw failing.error;
      const found = [...stored.values()]
        .filter(({ runtimeStatus }) => query.statuses?.includes(runtimeStatus))
        .filter(({ lastUpdatedAt }) => lastUpdatedAt <= (query.lastUpdatedTo ?? 0))
        .filter(({ instanceId }) => instanceId > (query.continuationToken ?? ""))
        .toSorted((a, b) => (a.instanceId < b.instanceId ? -1 : 1));
      const instances = found.slice(0, query.top);
      const more = found.length > query.top ? { continuationToken: instances.at(-1)?.instanceId } : {};
      return { instances, ...more };
    },
    async purgeInstances(ids: readonly string[], statuses?: readonly RuntimeStatus[]) {
      purges.push([ids, statuses]);
      return ids.filter((id) => stored.delete(id)).length;
    },
  } as Partial<StorageProvider> as StorageProvider;
  const retention = new Retention({
    provider,
    clock,
    logger: silentLogger,
    policy: { checkIntervalMs: 10 * MINUTE, ...policy },
  });
  running.push(retention);
  const end = (instanceId: string, runtimeStatus: RuntimeStatus, completedAt = clock.now()): void =>
    void stored.set(
      instanceId,
      anInstance({ instanceId, runtimeStatus, createdAt: completedAt, completedAt, lastUpdatedAt: completedAt }),
    );
  /** Lets time pass in steps, and what is due happen after each. */
  const pass = async (ms: number, step = ms): Promise<void> => {
    for (let passed = 0; passed < ms; passed += step) {
      clock.advance(step);
      for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { clock, stored, queries, purges, failing, retention, end, pass };
}

describe("retention", () => {
  it("purges what has ended long enough ago, by status, and nothing else", async () => {
    const { stored, retention, end, pass } = aRetention({ completedAfterMs: HOUR, failedAfterMs: 2 * HOUR });
    end("completed", "Completed");
    end("failed", "Failed");
    end("terminated", "Terminated");
    retention.start();
    await pass(50 * MINUTE, MINUTE);
    end("young", "Completed");
    await pass(20 * MINUTE, MINUTE);
    expect([...stored.keys()]).toEqual(["failed", "terminated", "young"]);
    await pass(3 * HOUR, MINUTE);
    expect([...stored.keys()]).toEqual(["terminated"]);
  });

  it("asks the store to look at the status again, and only for orchestrations", async () => {
    const { queries, purges, retention, end, pass } = aRetention({ terminatedAfterMs: 0 });
    end("i", "Terminated");
    retention.start();
    await pass(MINUTE);
    expect(purges).toEqual([[["i"], ["Terminated"]]]);
    expect(new Set(queries.map(({ kind }) => kind))).toEqual(new Set(["orchestration"]));
  });

  it("goes by the time of the end, whatever else a store may report as changed", async () => {
    const { clock, stored, retention, end, pass } = aRetention({ completedAfterMs: HOUR });
    end("i", "Completed", clock.now() - 2 * HOUR);
    const instance = stored.get("i");
    if (instance) stored.set("i", { ...instance, completedAt: clock.now() });
    retention.start();
    await pass(MINUTE);
    expect(stored.has("i")).toBe(true);
  });

  it("does nothing when no age is set", async () => {
    const { clock, queries, retention, end, pass } = aRetention({ completedAfterMs: Infinity });
    end("i", "Completed");
    retention.start();
    await pass(24 * HOUR, HOUR);
    expect([queries, clock.pending]).toEqual([[], 0]);
  });

  it("deletes in batches with pauses between them", async () => {
    const { purges, retention, end, pass } = aRetention({ completedAfterMs: 0 });
    for (let n = 0; n < 250; n++) end(`i${n}`, "Completed");
    retention.start();
    await pass(10_000);
    expect(purges.map(([ids]) => ids.length)).toEqual([100]);
    await pass(50);
    await pass(50);
    expect(purges.map(([ids]) => ids.length)).toEqual([100, 100, 50]);
  });

  it("bounds a run, and goes on after a short rest", async () => {
    const { purges, retention, end, pass } = aRetention({ completedAfterMs: 0 });
    for (let n = 0; n < 10_150; n++) end(`i${n}`, "Completed");
    retention.start();
    await pass(10_000);
    await pass(100 * 50, 50);
    expect(purges).toHaveLength(100);
    await pass(6_000, 50);
    expect(purges.map(([ids]) => ids.length).slice(100)).toEqual([100, 50]);
  });

  it("tries again at the next look when the store fails", async () => {
    const { stored, failing, retention, end, pass } = aRetention({ completedAfterMs: 0 });
    end("i", "Completed");
    failing.error = new Error("the disk is full");
    retention.start();
    await pass(MINUTE);
    delete failing.error;
    expect(stored.size).toBe(1);
    await pass(10 * MINUTE);
    expect(stored.size).toBe(0);
  });

  it("stops between two batches, and leaves no timer behind", async () => {
    const { clock, purges, retention, end, pass } = aRetention({ completedAfterMs: 0 });
    for (let n = 0; n < 250; n++) end(`i${n}`, "Completed");
    retention.start();
    await pass(10_000);
    await retention.stop();
    expect([purges.length, clock.pending]).toEqual([1, 0]);
  });
});
