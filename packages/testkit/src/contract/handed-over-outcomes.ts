import type { ActivityWorkItem, OrchestrationWorkItem } from "@durable-host/engine";
import { aCommit } from "../builders/commits";
import { aTaskCompleted, anActivityTask, anEventRaised } from "../builders/events";
import type { TestHub } from "./test-hub";

/**
 * Outcomes that are saved with the episode they cause. A provider without `lockInstance` gets them as messages, and
 * passes these tests by not offering it.
 */
export function describeHandedOverOutcomes(hub: () => TestHub): void {
  describe("outcomes handed over to an episode", () => {
    it("locks an instance without messages when it is asked for by name", async () => {
      const { item } = (await scheduled(hub())) ?? {};
      if (!item) return;
      expect(item).toMatchObject({ kind: "orchestration", messages: [], instance: { instanceId: "i1" } });
      expect(await hub().lockInstance("i1")).toBeUndefined();
    });

    it("hands out what is due together with the lock", async () => {
      if (!hub().provider.lockInstance) return;
      await hub().createRunning("i1");
      await hub().provider.sendMessage({ instanceId: "i1", event: anEventRaised("go") });
      const item = await hub().lockInstance("i1");
      if (item) expect(item.messages.map(({ event }) => event)).toEqual([anEventRaised("go")]);
      // A store that would have to read the message first may decline, and then leaves the instance as it was.
      expect(await hub().lockable()).toEqual(item ? [] : ["i1"]);
    });

    it("does not lock an instance of another execution, nor one that is not there", async () => {
      if (!hub().provider.lockInstance) return;
      await hub().createRunning("i1");
      expect(await hub().lockInstance("i1", "another")).toBeUndefined();
      expect(await hub().lockInstance("nobody")).toBeUndefined();
    });

    it("ends the activity with the commit that records its outcome, for good", async () => {
      const { item, activity } = (await scheduled(hub())) ?? {};
      if (!item || !activity) return;
      const history = { type: "append" as const, events: [aTaskCompleted(4)] };
      await hub().provider.commitOrchestration(item, aCommit(item, { history, endedActivities: [activity] }));
      await expect(hub().provider.commitActivity(activity, aTaskCompleted(4))).rejects.toMatchObject({
        code: "LOCK_LOST",
      });
      await hub().restart();
      expect(await hub().provider.lockActivities(10)).toEqual([]);
      expect(await hub().lockable()).toEqual([]);
      expect(await hub().provider.readHistory("i1")).toContainEqual(aTaskCompleted(4));
    });

    it("refuses all of a commit that ends an activity whose lock is lost", async () => {
      const { item, activity } = (await scheduled(hub())) ?? {};
      if (!item || !activity) return;
      await hub().provider.abandon(activity, 0);
      const before = await hub().provider.readHistory("i1");
      const history = { type: "append" as const, events: [aTaskCompleted(4)] };
      const commit = aCommit(item, { history, endedActivities: [activity] });
      await expect(hub().provider.commitOrchestration(item, commit)).rejects.toMatchObject({ code: "LOCK_LOST" });
      expect(await hub().provider.readHistory("i1")).toEqual(before);
      expect((await hub().lockOneActivity()).task.taskId).toBe(4);
      await hub().provider.abandon(item, 0);
      expect(await hub().lockInstance("i1")).toBeDefined();
    });

    it("keeps what arrives meanwhile for the next episode", async () => {
      const { item, activity } = (await scheduled(hub())) ?? {};
      if (!item || !activity) return;
      await hub().provider.sendMessage({ instanceId: "i1", event: anEventRaised("go") });
      await hub().provider.commitOrchestration(item, aCommit(item, { endedActivities: [activity] }));
      expect((await hub().lockOne()).messages.map(({ event }) => event)).toEqual([anEventRaised("go")]);
    });
  });
}

/** An instance that awaits a running activity, both locked; undefined when the provider takes outcomes as messages. */
async function scheduled(
  hub: TestHub,
): Promise<{ item: OrchestrationWorkItem | undefined; activity: ActivityWorkItem } | undefined> {
  if (!hub.provider.lockInstance) return undefined;
  await hub.createRunning("i1", { activities: [anActivityTask("i1", 4)] });
  const activity = await hub.lockOneActivity();
  return { item: await hub.lockInstance("i1"), activity };
}
