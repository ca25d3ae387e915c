import { aCommit } from "../builders/commits";
import { anActivityTask, anEventRaised, anExecutionStarted, BUILT_AT } from "../builders/events";
import type { TestHub } from "./test-hub";

/** Creating, reading and deleting instances. */
export function describeInstances(hub: () => TestHub): void {
  describe("instances", () => {
    describeCreation(hub);
    describeReplacement(hub);
    describePurge(hub);
  });
}

function describeCreation(hub: () => TestHub): void {
  it("creates a Pending instance that shows what its start says", async () => {
    if (hub().lacks("given fields")) return;
    const parent = { instanceId: "p", executionId: "pe", name: "parent", taskScheduledId: 3 };
    await hub().create("i1", { name: "pay", version: "2", input: '"ü 😀"', tags: { team: "a" }, parent });
    await expect(hub().provider.getInstance("i1")).resolves.toEqual({
      instanceId: "i1",
      executionId: "i1-e1",
      name: "pay",
      version: "2",
      runtimeStatus: "Pending",
      input: '"ü 😀"',
      output: null,
      customStatus: null,
      parentInstanceId: "p",
      tags: { team: "a" },
      createdAt: BUILT_AT,
      lastUpdatedAt: BUILT_AT,
    });
  });

  it("keeps the difference between no input and the input null", async () => {
    await hub().create("none", { input: null });
    await hub().create("null", { input: "null" });
    expect((await hub().provider.getInstance("none"))?.input).toBeNull();
    expect((await hub().provider.getInstance("null"))?.input).toBe("null");
  });

  it("knows nothing of an instance that was never created", async () => {
    await expect(hub().provider.getInstance("nobody")).resolves.toBeUndefined();
    await expect(hub().provider.readHistory("nobody")).resolves.toEqual([]);
  });

  it("tells instance ids apart by case", async () => {
    await hub().create("Order");
    await expect(hub().provider.getInstance("order")).resolves.toBeUndefined();
  });

  it("rejects a second instance under one id and leaves the first alone", async () => {
    await hub().create("i1", { input: '"first"' });
    await expect(hub().create("i1", { input: '"second"', executionId: "e2" })).rejects.toMatchObject({
      code: "INSTANCE_EXISTS",
    });
    expect(await hub().provider.getInstance("i1")).toMatchObject({ input: '"first"', executionId: "i1-e1" });
    expect((await hub().lockOne()).messages).toHaveLength(1);
  });

  it("creates one instance when two starts race for an id", async () => {
    const starts = ["e1", "e2", "e3"].map((executionId) => hub().create("i1", { executionId }));
    const outcomes = await Promise.allSettled(starts);
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected", "rejected"]);
  });

  it("has no history before the first commit", async () => {
    await hub().create("i1");
    await expect(hub().provider.readHistory("i1")).resolves.toEqual([]);
  });
}

function describeReplacement(hub: () => TestHub): void {
  it("replaces an instance whose status is replaceable, with all that belonged to it", async () => {
    await hub().createRunning("i1", { activities: [anActivityTask("i1", 1)], timers: [{ timerId: 2, fireAt: 1 }] });
    const start = anExecutionStarted("i1", { executionId: "e2", input: '"again"', timestamp: BUILT_AT + 5 });
    await hub().provider.createInstance(start, new Set(["Running"]));

    const instance = await hub().provider.getInstance("i1");
    expect(instance).toMatchObject({ executionId: "e2", runtimeStatus: "Pending", input: '"again"' });
    if (!hub().lacks("given times")) expect(instance?.createdAt).toBe(BUILT_AT + 5);
    await expect(hub().provider.readHistory("i1")).resolves.toEqual([]);
    await expect(hub().provider.lockActivities(10)).resolves.toEqual([]);
    expect((await hub().lockOne()).messages.map(({ event }) => hub().kept(event))).toEqual([hub().kept(start)]);
  });

  it("does not replace an instance in another status", async () => {
    await hub().createRunning("i1");
    const start = anExecutionStarted("i1", { executionId: "e2" });
    const replaceable = new Set(["Completed", "Failed"] as const);
    await expect(hub().provider.createInstance(start, replaceable)).rejects.toMatchObject({ code: "INSTANCE_EXISTS" });
    expect((await hub().provider.getInstance("i1"))?.executionId).toBe("i1-e1");
  });

  it("takes the lock from whoever holds an instance that is replaced", async () => {
    await hub().create("i1");
    const item = await hub().lockOne();
    await hub().provider.createInstance(anExecutionStarted("i1", { executionId: "e2" }), new Set(["Pending"]));
    await expect(hub().provider.commitOrchestration(item, aCommit(item))).rejects.toMatchObject({ code: "LOCK_LOST" });
    expect((await hub().lockOne()).instance.executionId).toBe("e2");
  });
}

function describePurge(hub: () => TestHub): void {
  it("purges an instance with its history, messages, timers and activities", async () => {
    await hub().createRunning("i1", {
      activities: [anActivityTask("i1", 1)],
      timers: [{ timerId: 2, fireAt: hub().now() + 1_000 }],
    });
    await hub().provider.sendMessage({ instanceId: "i1", event: anEventRaised("go") });
    await expect(hub().provider.purgeInstances(["i1"])).resolves.toBe(1);

    await expect(hub().provider.getInstance("i1")).resolves.toBeUndefined();
    await expect(hub().provider.readHistory("i1")).resolves.toEqual([]);
    await hub().pass(2_000);
    expect(await hub().lockable()).toEqual([]);
    await expect(hub().provider.lockActivities(10)).resolves.toEqual([]);
  });

  it("counts only instances that existed", async () => {
    await hub().create("i1");
    await hub().create("i2");
    await expect(hub().provider.purgeInstances(["i1", "nobody", "i2", "i1"])).resolves.toBe(2);
    await expect(hub().provider.purgeInstances([])).resolves.toBe(0);
  });

  it("takes the locks from whoever works for a purged instance", async () => {
    await hub().createRunning("i1", { activities: [anActivityTask("i1", 1)] });
    await hub().provider.sendMessage({ instanceId: "i1", event: anEventRaised("go") });
    const item = await hub().lockOne();
    const activity = await hub().lockOneActivity();
    await hub().provider.purgeInstances(["i1"]);
    const lost = { code: "LOCK_LOST" };
    await expect(hub().provider.commitOrchestration(item, aCommit(item))).rejects.toMatchObject(lost);
    await expect(hub().provider.renewLock(item)).rejects.toMatchObject(lost);
    await expect(hub().provider.renewLock(activity)).rejects.toMatchObject(lost);
    await expect(hub().provider.getInstance("i1")).resolves.toBeUndefined();
  });

  it("lets a purged id be used again, without anything of before", async () => {
    await hub().createRunning("i1");
    await hub().provider.purgeInstances(["i1"]);
    await hub().create("i1", { executionId: "e2" });
    const item = await hub().lockOne();
    expect(item).toMatchObject({ historyLength: 0, instance: { executionId: "e2", runtimeStatus: "Pending" } });
    expect(item.messages).toHaveLength(1);
  });

  it("empties the task hub on request", async () => {
    await hub().createRunning("i1", { activities: [anActivityTask("i1", 1)] });
    await hub().create("i2");
    await hub().provider.deleteTaskHub();
    await expect(hub().provider.queryInstances({ top: 10 })).resolves.toEqual({ instances: [] });
    expect(await hub().lockable()).toEqual([]);
    await expect(hub().provider.lockActivities(10)).resolves.toEqual([]);
    await hub().create("i1");
    expect(await hub().lockable()).toEqual(["i1"]);
  });
}
