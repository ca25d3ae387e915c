import type { WorkDescription } from "@durable-host/engine";
import { aTaskCompleted, anActivityTask, anEventRaised, BUILT_AT } from "../builders/events";
import type { TestHub } from "./test-hub";

/** What people are told about the work of an instance, by providers that can tell. */
export function describeWorkDescriptions(hub: () => TestHub): void {
  /** The description of an instance that exists; `undefined` where the provider has none to give. */
  const work = (instanceId: string): Promise<WorkDescription | undefined> | undefined =>
    hub().provider.describeWork?.(instanceId);
  const tells = (): boolean => hub().provider.describeWork !== undefined;

  describe("descriptions of work", () => {
    it("has none of an instance that does not exist", async () => {
      expect(await work("nobody")).toBeUndefined();
    });

    it("tells how many messages wait and since when", async () => {
      if (!tells()) return;
      await hub().create("i1");
      await hub().provider.sendMessage({ instanceId: "i1", event: anEventRaised("go", { timestamp: BUILT_AT + 5 }) });
      expect(await work("i1")).toEqual({
        pendingMessages: 2,
        oldestMessageAt: BUILT_AT,
        timers: [],
        activities: [],
      });
    });

    it("tells who executes an instance and until when, and no more once it is committed", async () => {
      if (!tells()) return;
      await hub().create("i1");
      const item = await hub().lockOne();
      const described = await work("i1");
      expect(described).toMatchObject({ lock: { expiresAt: item.lock.expiresAt }, pendingMessages: 1 });
      expect(described?.lock?.owner).not.toBe("");
      await hub().provider.abandon(item, 0);
      expect((await work("i1"))?.lock).toBeUndefined();
      await hub().runOne();
      expect(await work("i1")).toEqual({ pendingMessages: 0, timers: [], activities: [] });
    });

    it("tells until when an instance is left alone", async () => {
      if (!tells()) return;
      await hub().create("i1");
      await hub().provider.abandon(await hub().lockOne(), 5_000);
      const described = await work("i1");
      expect(described?.lock).toBeUndefined();
      expect(described?.notBefore).toBeGreaterThan(hub().now());
      await hub().pass(6_000);
      expect((await work("i1"))?.notBefore ?? 0).toBeLessThanOrEqual(hub().now());
    });

    it("tells when a scheduled start and timers are due, and which timers are left", async () => {
      if (!tells()) return;
      const dueAt = hub().now() + 60_000;
      await hub().create("later", { scheduledStartTime: dueAt });
      expect(await work("later")).toMatchObject({ pendingMessages: 0, nextDueAt: dueAt });
      const timers = [3, 1, 2].map((timerId) => ({ timerId, fireAt: dueAt + timerId }));
      await hub().createRunning("i1", { timers });
      expect(await work("i1")).toMatchObject({ pendingMessages: 0, nextDueAt: dueAt + 1, timers: [1, 2, 3] });
      await hub().provider.sendMessage({ instanceId: "i1", event: anEventRaised("go") });
      await hub().runOne({ canceledTimers: [1] });
      expect(await work("i1")).toMatchObject({ pendingMessages: 0, nextDueAt: dueAt + 2, timers: [2, 3] });
    });

    it("tells which activities are running, how often they were delivered, and which are done with", async () => {
      if (!tells()) return;
      await hub().createRunning("i1", { activities: [anActivityTask("i1", 7), anActivityTask("i1", 4)] });
      expect((await work("i1"))?.activities).toEqual([
        { taskId: 4, deliveries: 0 },
        { taskId: 7, deliveries: 0 },
      ]);
      const [item] = await hub().provider.lockActivities(1);
      if (item === undefined) throw new Error("Two tasks are waiting.");
      await hub().provider.abandon(item, 0);
      const [again] = await hub().provider.lockActivities(1);
      if (again === undefined) throw new Error("Two tasks are waiting.");
      const { expiresAt } = again.lock;
      expect((await work("i1"))?.activities).toMatchObject([
        { taskId: 4, deliveries: 0 },
        { taskId: 7, deliveries: 2, lock: { expiresAt } },
      ]);
      await hub().provider.commitActivity(again, aTaskCompleted(7));
      expect(await work("i1")).toMatchObject({ pendingMessages: 1, activities: [{ taskId: 4 }] });
    });

    it("tells the same after a restart, but for locks", async () => {
      if (!tells()) return;
      const fireAt = hub().now() + 60_000;
      await hub().createRunning("i1", { activities: [anActivityTask("i1", 4)], timers: [{ timerId: 5, fireAt }] });
      await hub().provider.sendMessage({ instanceId: "i1", event: anEventRaised("go", { timestamp: BUILT_AT + 5 }) });
      await hub().restart();
      expect(await work("i1")).toEqual({
        pendingMessages: 1,
        oldestMessageAt: BUILT_AT + 5,
        nextDueAt: fireAt,
        timers: [5],
        activities: [{ taskId: 4, deliveries: expect.any(Number) }],
      });
    });
  });
}
