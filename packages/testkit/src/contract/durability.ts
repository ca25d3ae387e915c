import { aCommit } from "../builders/commits";
import { aTaskCompleted, anActivityTask, anEventRaised, anInstanceSeed } from "../builders/events";
import type { TestHub } from "./test-hub";

/** What is there after the provider was stopped and started again. */
export function describeDurability(hub: () => TestHub): void {
  describe("restarts", () => {
    describeKeptState(hub);
    describeKeptWork(hub);
    describeKeptTimes(hub);
    describeStopping(hub);
  });
}

function describeKeptState(hub: () => TestHub): void {
  it("keeps instances and history", async () => {
    await hub().createRunning("i1");
    const [instance, history] = [await hub().provider.getInstance("i1"), await hub().provider.readHistory("i1")];
    await hub().restart();
    await expect(hub().provider.getInstance("i1")).resolves.toEqual(instance);
    await expect(hub().provider.readHistory("i1")).resolves.toEqual(history);
  });

  it("keeps purged instances away", async () => {
    await hub().createRunning("i1", { activities: [anActivityTask("i1", 1)] });
    await hub().provider.purgeInstances(["i1"]);
    await hub().restart();
    await expect(hub().provider.getInstance("i1")).resolves.toBeUndefined();
    await expect(hub().provider.lockActivities(10)).resolves.toEqual([]);
  });

  it("does not confuse instances made before and after", async () => {
    await hub().createRunning("old");
    await hub().provider.purgeInstances(["old"]);
    await hub().createRunning("kept");
    await hub().restart();
    await hub().createRunning("new");
    await expect(hub().provider.readHistory("kept")).resolves.toHaveLength(2);
    await expect(hub().provider.readHistory("new")).resolves.toHaveLength(2);
  });

  it("starts a message's number after those still pending", async () => {
    await hub().createRunning("i1");
    await hub().provider.sendMessage({ instanceId: "i1", event: anEventRaised("before") });
    await hub().restart();
    await hub().provider.sendMessage({ instanceId: "i1", event: anEventRaised("after") });
    const { messages } = await hub().lockOne();
    expect(messages.map(({ event }) => event)).toEqual([anEventRaised("before"), anEventRaised("after")]);
  });
}

function describeKeptWork(hub: () => TestHub): void {
  it("keeps pending messages, locked or not", async () => {
    await hub().create("locked");
    await hub().lockOne();
    await hub().create("waiting");
    await hub().provider.sendMessage({ instanceId: "waiting", event: anEventRaised("go") });
    await hub().restart();
    const items = await hub().provider.lockOrchestrations("orchestration", 10);
    const found = items.map(({ instance, messages }) => `${instance.instanceId}: ${messages.length}`);
    expect(hub().lacks("order") ? found.toSorted() : found).toEqual(["locked: 1", "waiting: 2"]);
  });

  it("keeps activities, locked or not, with their order", async () => {
    if (hub().lacks("order")) return;
    const tasks = [1, 2, 3].map((taskId) => anActivityTask("i1", taskId));
    await hub().createRunning("i1", { activities: tasks });
    await hub().provider.lockActivities(2);
    await hub().restart();
    expect((await hub().provider.lockActivities(10)).map(({ task }) => task)).toEqual(tasks);
  });

  it("does not accept the commit of a work item from before", async () => {
    await hub().createRunning("i1", { activities: [anActivityTask("i1", 1)] });
    await hub().create("i2");
    const [item, activity] = [await hub().lockOne(), await hub().lockOneActivity()];
    await hub().restart();
    const lost = { code: "LOCK_LOST" };
    await expect(hub().provider.commitOrchestration(item, aCommit(item))).rejects.toMatchObject(lost);
    await expect(hub().provider.commitActivity(activity, aTaskCompleted(1))).rejects.toMatchObject(lost);
  });
}

function describeKeptTimes(hub: () => TestHub): void {
  it("keeps timers, and fires at once those that became due meanwhile", async () => {
    if (hub().lacks("timer cancellation")) return;
    const now = hub().now();
    await hub().createRunning("i1", {
      timers: [
        { timerId: 1, fireAt: now + 500 },
        { timerId: 2, fireAt: now + 3_000 },
      ],
    });
    await hub().pass(500);
    await hub().restart();
    const item = await hub().lockOne();
    expect(item.messages).toMatchObject([
      { executionId: "i1-e1", event: { type: "TimerFired", timerId: 1, fireAt: now + 500 } },
    ]);
    await hub().provider.commitOrchestration(item, aCommit(item, { canceledTimers: [2] }));
    await hub().restart();
    await hub().pass(3_000);
    expect(await hub().lockable()).toEqual([]);
  });

  it("keeps holding events back for a scheduled start", async () => {
    await hub().create("i1", { scheduledStartTime: hub().now() + 2_000 });
    await hub().provider.sendMessage({ instanceId: "i1", event: anEventRaised("early") });
    await hub().restart();
    expect(await hub().lockable()).toEqual([]);
    await hub().pass(2_000);
    expect((await hub().lockOne()).messages).toHaveLength(2);
  });

  it("keeps the work of entities", async () => {
    const seed = anInstanceSeed("@counter@a");
    await hub().provider.sendMessage({ instanceId: "@counter@a", event: anEventRaised("add"), seed });
    await hub().restart();
    expect((await hub().lockOne("entity")).messages.map(({ event }) => event)).toEqual([anEventRaised("add")]);
  });
}

function describeStopping(hub: () => TestHub): void {
  it("finishes what was begun before it stops", async () => {
    const created = [hub().create("i1"), hub().create("i2")];
    await hub().restart();
    await Promise.all(created);
    expect((await hub().lockable()).toSorted()).toEqual(["i1", "i2"]);
  });

  it("rejects every operation after it was stopped, without effect", async () => {
    const { provider } = hub();
    await hub().createRunning("i1");
    await provider.stop();
    await expect(hub().create("i2")).rejects.toMatchObject({ code: "STORAGE_PERMANENT" });
    await expect(provider.getInstance("i1")).rejects.toMatchObject({ code: "STORAGE_PERMANENT" });
    await expect(provider.lockActivities(1)).rejects.toMatchObject({ code: "STORAGE_PERMANENT" });
    await expect(provider.stop()).resolves.toBeUndefined();
    await hub().restart();
    await expect(hub().provider.getInstance("i2")).resolves.toBeUndefined();
  });
}
