import { aCommit } from "../builders/commits";
import { aTaskCompleted, anActivityTask, anEventRaised } from "../builders/events";
import type { TestHub } from "./test-hub";

const LOST = { code: "LOCK_LOST" };

/** Exclusive claims: how they are held, prolonged, lost and given back. */
export function describeLocks(hub: () => TestHub): void {
  describe("locks", () => {
    describeExclusion(hub);
    describeExpiry(hub);
    describeRenewal(hub);
    describeAbandonment(hub);
  });
}

function describeExclusion(hub: () => TestHub): void {
  it("locks an instance for one work item at a time (P3)", async () => {
    await hub().create("i1");
    const item = await hub().lockOne();
    expect(item.lock.expiresAt).toBeGreaterThan(hub().now());
    await hub().provider.sendMessage({ instanceId: "i1", event: anEventRaised("go") });
    expect(await hub().lockable()).toEqual([]);
  });

  it("releases the lock with the commit", async () => {
    await hub().create("i1");
    const item = await hub().runOne();
    await hub().provider.sendMessage({ instanceId: "i1", event: anEventRaised("go") });
    expect(await hub().lockable()).toEqual(["i1"]);
    await expect(hub().provider.commitOrchestration(item, aCommit(item))).rejects.toMatchObject(LOST);
    await expect(hub().provider.renewLock(item)).rejects.toMatchObject(LOST);
  });

  it("accepts one of two commits of a work item, and saves nothing of the other [DF66]", async () => {
    await hub().create("i1");
    const item = await hub().lockOne();
    const first = aCommit(item, { activities: [anActivityTask("i1", 1)] });
    const second = aCommit(item, { activities: [anActivityTask("i1", 2)] });
    const outcomes = await Promise.allSettled([
      hub().provider.commitOrchestration(item, first),
      hub().provider.commitOrchestration(item, second),
    ]);
    // Either may be the first to arrive.
    const accepted = outcomes.findIndex(({ status }) => status === "fulfilled");
    expect(outcomes[1 - accepted]).toMatchObject({ status: "rejected", reason: LOST });
    expect((await hub().provider.lockActivities(10)).map(({ task }) => task.taskId)).toEqual([accepted + 1]);
    await expect(hub().provider.readHistory("i1")).resolves.toHaveLength(2);
  });

  it("gives different work items different locks", async () => {
    await hub().create("i1");
    await hub().create("i2");
    const [one, two] = await hub().provider.lockOrchestrations("orchestration", 2);
    if (one === undefined || two === undefined) throw new Error("Two instances have work.");
    await hub().provider.commitOrchestration(one, aCommit(one));
    await hub().provider.commitOrchestration(two, aCommit(two));
    expect((await hub().provider.getInstance("i2"))?.runtimeStatus).toBe("Running");
  });
}

function describeExpiry(hub: () => TestHub): void {
  it("lets another owner take an instance whose lock has expired, and refuses the first one's commit", async () => {
    await hub().create("i1");
    const stale = await hub().lockOne();
    await hub().pass(hub().lockDurationMs + 1);
    const item = await hub().lockOne();
    expect(item.messages).toEqual(stale.messages);
    const commit = aCommit(stale, { activities: [anActivityTask("i1", 1)] });
    await expect(hub().provider.commitOrchestration(stale, commit)).rejects.toMatchObject(LOST);
    await expect(hub().provider.renewLock(stale)).rejects.toMatchObject(LOST);
    await hub().provider.abandon(stale, 0);
    expect(await hub().lockable()).toEqual([]);
    await hub().provider.commitOrchestration(item, aCommit(item));
    await expect(hub().provider.readHistory("i1")).resolves.toHaveLength(2);
    await expect(hub().provider.lockActivities(10)).resolves.toEqual([]);
  });

  it("lets another owner take an activity whose lock has expired, and refuses the first one's outcome", async () => {
    await hub().createRunning("i1", { activities: [anActivityTask("i1", 1)] });
    const stale = await hub().lockOneActivity();
    await hub().pass(hub().lockDurationMs + 1);
    const item = await hub().lockOneActivity();
    expect(item).toMatchObject({ task: stale.task, previousDeliveries: 1 });
    await expect(hub().provider.commitActivity(stale, aTaskCompleted(1))).rejects.toMatchObject(LOST);
    await hub().provider.commitActivity(item, aTaskCompleted(1, { result: '"second"' }));
    expect((await hub().lockOne()).messages).toMatchObject([{ event: { result: '"second"' } }]);
  });
}

function describeRenewal(hub: () => TestHub): void {
  it("keeps an instance locked as long as the lock is renewed", async () => {
    await hub().create("i1");
    const item = await hub().lockOne();
    for (let round = 0; round < 3; round++) {
      await hub().pass(hub().lockDurationMs * 0.6);
      const lock = await hub().provider.renewLock(item);
      expect(lock.expiresAt).toBeGreaterThan(hub().now());
      expect(await hub().lockable()).toEqual([]);
    }
    await hub().provider.commitOrchestration(item, aCommit(item));
  });

  it("keeps an activity locked as long as the lock is renewed", async () => {
    await hub().createRunning("i1", { activities: [anActivityTask("i1", 1)] });
    const item = await hub().lockOneActivity();
    for (let round = 0; round < 3; round++) {
      await hub().pass(hub().lockDurationMs * 0.6);
      await hub().provider.renewLock(item);
      await expect(hub().provider.lockActivities(10)).resolves.toEqual([]);
    }
    await hub().provider.commitActivity(item, aTaskCompleted(1));
  });
}

function describeAbandonment(hub: () => TestHub): void {
  it("gives an abandoned instance back unchanged", async () => {
    await hub().create("i1");
    const item = await hub().lockOne();
    await hub().provider.abandon(item, 0);
    const again = await hub().lockOne();
    expect(again).toMatchObject({ instance: item.instance, messages: item.messages, historyLength: 0 });
    await expect(hub().provider.commitOrchestration(item, aCommit(item))).rejects.toMatchObject(LOST);
  });

  it("does not lock an abandoned instance again before the delay has passed, even for new messages", async () => {
    await hub().create("i1");
    await hub().provider.abandon(await hub().lockOne(), 1_000);
    await hub().provider.sendMessage({ instanceId: "i1", event: anEventRaised("go") });
    expect(await hub().lockable()).toEqual([]);
    await hub().pass(1_000);
    expect((await hub().lockOne()).messages).toHaveLength(2);
  });

  it("does not lock an abandoned activity again before the delay has passed", async () => {
    await hub().createRunning("i1", { activities: [anActivityTask("i1", 1)] });
    await hub().provider.abandon(await hub().lockOneActivity(), 1_000);
    await expect(hub().provider.lockActivities(10)).resolves.toEqual([]);
    await hub().pass(1_000);
    expect((await hub().lockOneActivity()).previousDeliveries).toBe(1);
  });

  it("does nothing when a work item without lock is abandoned", async () => {
    await hub().createRunning("i1", { activities: [anActivityTask("i1", 1)] });
    const activity = await hub().lockOneActivity();
    await hub().provider.commitActivity(activity, aTaskCompleted(1));
    await expect(hub().provider.abandon(activity, 0)).resolves.toBeUndefined();
    const item = await hub().runOne();
    await expect(hub().provider.abandon(item, 0)).resolves.toBeUndefined();
    expect(await hub().lockable()).toEqual([]);
    await expect(hub().provider.lockActivities(10)).resolves.toEqual([]);
  });
}
