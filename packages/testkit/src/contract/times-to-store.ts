import { aCommit } from "../builders/commits";
import { anEventRaised, anInstanceSeed } from "../builders/events";
import type { TestHub } from "./test-hub";

/** Times that are no whole number of milliseconds, and such that are no times at all. */
export function describeTimesToStore(hub: () => TestHub): void {
  describe("times to store", () => {
    describeFractions(hub);
    describeNoTimes(hub);
  });
}

function describeFractions(hub: () => TestHub): void {
  it("fires a timer with a fraction of a millisecond, not too early, also after a restart", async () => {
    const fireAt = hub().now() + 1_000.4;
    await hub().createRunning("i1", { timers: [{ timerId: 1, fireAt }] });
    await hub().restart();
    expect(await hub().lockable()).toEqual([]);
    await hub().pass(1_001);
    expect((await hub().lockOne()).messages).toMatchObject([{ event: { type: "TimerFired", timerId: 1 } }]);
  });

  it("delivers messages and starts whose due time has a fraction", async () => {
    const dueAt = hub().now() + 1_000.4;
    await hub().create("started", { scheduledStartTime: dueAt });
    await hub().createRunning("told");
    await hub().provider.sendMessage({ instanceId: "told", event: anEventRaised("go"), dueAt });
    expect(await hub().lockable()).toEqual([]);
    await hub().pass(1_001);
    expect((await hub().lockable()).toSorted()).toEqual(["started", "told"]);
  });

  it("shows the times of an instance as whole milliseconds, before and after a restart", async () => {
    if (hub().lacks("given times")) return;
    await hub().create("i1", { timestamp: 1_000.4 });
    const item = await hub().lockOne();
    const instance = {
      ...item.instance,
      runtimeStatus: "Completed" as const,
      lastUpdatedAt: 2_000.1,
      completedAt: 2_000.1,
    };
    await hub().provider.commitOrchestration(item, aCommit(item, { instance }));
    const times = { createdAt: 1_001, lastUpdatedAt: 2_001, completedAt: 2_001 };
    expect(await hub().provider.getInstance("i1")).toMatchObject(times);
    await hub().restart();
    expect(await hub().provider.getInstance("i1")).toMatchObject(times);
  });
}

function describeNoTimes(hub: () => TestHub): void {
  const refused = { code: "INVALID_ARGUMENT" };

  it.each([NaN, Infinity])("refuses a start, a message and a seed at %p, without effect", async (time) => {
    const event = anEventRaised("go");
    await hub().createRunning("i1");
    const outcomes = await Promise.allSettled([
      hub().create("new", { scheduledStartTime: time }),
      hub().create("new", { timestamp: time }),
      hub().provider.sendMessage({ instanceId: "i1", event, dueAt: time }),
      hub().provider.sendMessage({ instanceId: "new", event, dueAt: time, seed: anInstanceSeed("new") }),
      hub().provider.sendMessage({ instanceId: "new", event, seed: anInstanceSeed("new", { createdAt: time }) }),
      hub().create("good"),
    ]);
    const reasons = Array.from({ length: 5 }, () => ({ status: "rejected", reason: refused }));
    expect(outcomes).toMatchObject([...reasons, { status: "fulfilled" }]);
    await expect(hub().provider.getInstance("new")).resolves.toBeUndefined();
    expect(await hub().lockable()).toEqual(["good"]);
  });

  it("refuses a commit with a timer at no time, keeps its lock, and saves another in its place", async () => {
    await hub().create("i1");
    const item = await hub().lockOne();
    const bad = [
      aCommit(item, { timers: [{ timerId: 1, fireAt: NaN }] }),
      aCommit(item, { messages: [{ instanceId: "i1", event: anEventRaised("go"), dueAt: NaN }] }),
      aCommit(item, { instance: { ...item.instance, lastUpdatedAt: NaN } }),
    ];
    for (const commit of bad) {
      await expect(hub().provider.commitOrchestration(item, commit)).rejects.toMatchObject(refused);
    }
    await expect(hub().provider.readHistory("i1")).resolves.toEqual([]);
    await hub().provider.commitOrchestration(item, aCommit(item));
    await expect(hub().provider.readHistory("i1")).resolves.toHaveLength(2);
  });
}
