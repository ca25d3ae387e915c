import { aCommit } from "../builders/commits";
import { aTaskCompleted, anActivityTask, anEventRaised } from "../builders/events";
import type { TestHub } from "./test-hub";

/** Activity tasks and their outcomes. */
export function describeActivities(hub: () => TestHub): void {
  describe("activities", () => {
    describeTasks(hub);
    describeOutcomes(hub);
  });
}

function describeTasks(hub: () => TestHub): void {
  it("hands out the tasks of a commit as they were scheduled, oldest first", async () => {
    const tasks = [
      anActivityTask("i1", 1, { version: "2", traceContext: { traceParent: "00-1", traceState: "a=b" } }),
      anActivityTask("i1", 2, { input: null }),
      anActivityTask("i1", 3, { input: JSON.stringify("ü".repeat(100_000)) }),
    ];
    await hub().createRunning("i1", { activities: tasks });
    const items = await hub().provider.lockActivities(10);
    expect(items.map(({ task }) => task)).toEqual(tasks);
    expect(items.map(({ kind, previousDeliveries }) => [kind, previousDeliveries])).toEqual(
      tasks.map(() => ["activity", 0]),
    );
  });

  it("locks no more than asked for, and each task once", async () => {
    await hub().createRunning("i1", { activities: [1, 2, 3].map((taskId) => anActivityTask("i1", taskId)) });
    expect(await hub().provider.lockActivities(2)).toHaveLength(2);
    expect((await hub().provider.lockActivities(2)).map(({ task }) => task.taskId)).toEqual([3]);
    await expect(hub().provider.lockActivities(2)).resolves.toEqual([]);
  });

  it("takes tasks of all instances in the order they were scheduled", async () => {
    await hub().createRunning("i1", { activities: [anActivityTask("i1", 1)] });
    await hub().createRunning("i2", { activities: [anActivityTask("i2", 1)] });
    const items = await hub().provider.lockActivities(10);
    expect(items.map(({ task }) => task.instanceId)).toEqual(["i1", "i2"]);
  });

  it("counts how often a task was delivered before", async () => {
    await hub().createRunning("i1", { activities: [anActivityTask("i1", 1)] });
    for (const expected of [0, 1, 2]) {
      const item = await hub().lockOneActivity();
      expect(item.previousDeliveries).toBe(expected);
      await hub().provider.abandon(item, 0);
    }
  });

  it("hands out an abandoned task before younger ones", async () => {
    if (hub().lacks("order")) return;
    await hub().createRunning("i1", { activities: [anActivityTask("i1", 1), anActivityTask("i1", 2)] });
    const [first] = await hub().provider.lockActivities(1);
    if (first === undefined) throw new Error("Two tasks are waiting.");
    await hub().provider.abandon(first, 0);
    expect((await hub().provider.lockActivities(2)).map(({ task }) => task.taskId)).toEqual([1, 2]);
  });
}

function describeOutcomes(hub: () => TestHub): void {
  it("sends an outcome to the instance that scheduled the task", async () => {
    await hub().createRunning("i1", { activities: [anActivityTask("i1", 4)] });
    await hub().provider.commitActivity(await hub().lockOneActivity(), aTaskCompleted(4));
    const { messages } = await hub().lockOne();
    expect(messages).toMatchObject([{ instanceId: "i1", executionId: "i1-e1", event: aTaskCompleted(4) }]);
  });

  it("sends a failure like any outcome", async () => {
    await hub().createRunning("i1", { activities: [anActivityTask("i1", 4)] });
    const failed = { type: "TaskFailed" as const, timestamp: 1, taskScheduledId: 4, reason: "no", details: "because" };
    await hub().provider.commitActivity(await hub().lockOneActivity(), failed);
    const { messages } = await hub().lockOne();
    expect(messages.map(({ event }) => hub().kept(event))).toEqual([hub().kept(failed)]);
  });

  it("accepts one outcome per task [DF84]", async () => {
    await hub().createRunning("i1", { activities: [anActivityTask("i1", 4)] });
    const item = await hub().lockOneActivity();
    const outcomes = await Promise.allSettled([
      hub().provider.commitActivity(item, aTaskCompleted(4)),
      hub().provider.commitActivity(item, aTaskCompleted(4)),
    ]);
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    await expect(hub().provider.commitActivity(item, aTaskCompleted(4))).rejects.toMatchObject({ code: "LOCK_LOST" });
    expect((await hub().lockOne()).messages).toHaveLength(1);
  });

  it("drops the outcome for an execution that was replaced", async () => {
    await hub().createRunning("i1", { activities: [anActivityTask("i1", 4)] });
    const activity = await hub().lockOneActivity();
    await hub().provider.sendMessage({ instanceId: "i1", event: anEventRaised("go") });
    const item = await hub().lockOne();
    const instance = { ...item.instance, executionId: "e2" };
    await hub().provider.commitOrchestration(item, aCommit(item, { instance }));
    await hub().provider.commitActivity(activity, aTaskCompleted(4));
    expect(await hub().lockable()).toEqual([]);
    await expect(hub().provider.lockActivities(10)).resolves.toEqual([]);
  });

  it("delivers the outcome of a task whose instance is in an episode to the next one", async () => {
    await hub().createRunning("i1", { activities: [anActivityTask("i1", 4)] });
    await hub().provider.sendMessage({ instanceId: "i1", event: anEventRaised("go") });
    const item = await hub().lockOne();
    await hub().provider.commitActivity(await hub().lockOneActivity(), aTaskCompleted(4));
    await hub().provider.commitOrchestration(item, aCommit(item));
    expect((await hub().lockOne()).messages.map(({ event }) => event)).toEqual([aTaskCompleted(4)]);
  });
}
