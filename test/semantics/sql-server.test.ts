import { EntityId } from "durable-functions";
import { systemClock } from "@durable-host/engine";
import { anEventRaised, waitUntil } from "@durable-host/testkit";
import type { Row } from "../../packages/mssql/src/connection/sql-client";
import { describeWithServer } from "../../packages/mssql/test/stand/server";
import { countRows, readTables, type TableRows } from "../../packages/mssql/test/stand/table-rows";
import { TestDatabase } from "../../packages/mssql/test/stand/test-database";
import { InProcessHub, type App } from "./in-process-hub";
import { HUB, onSqlServer } from "./sql-server-hub";

jest.setTimeout(120_000);

const HOUR_MS = 3_600_000;
const PATIENCE = { timeoutMs: 60_000, intervalMs: 50 };
const GENERATIONS = 1_000;
const LONG_MS = 240_000;
/** Of so many generations the first two wait for an event each. */
const ROUND = 100;
const FAN = 2_000;

/** Activities fail while their key is in here; calls are counted. */
const broken = new Set<string>();
const calls = new Map<string, number>();

const APP: App = {
  activities: {
    work(key: string) {
      calls.set(key, (calls.get(key) ?? 0) + 1);
      if (broken.has(key)) throw new Error(`${key} is broken`);
      return key;
    },
    pause: (ms: number) => new Promise((resolve) => setTimeout(resolve, ms)),
  },
  entities: {
    counter({ df }) {
      calls.set("counter", (calls.get("counter") ?? 0) + 1);
      const value: number = df.getState(() => 0);
      if (df.operationName === "add") df.setState(value + df.getInput());
      else if (df.operationName === "get") df.return(value);
      else df.destructOnExit();
    },
  },
  orchestrators: {
    *waits({ df }) {
      const go: unknown = yield df.waitForExternalEvent("go");
      return go;
    },
    *steps({ df }) {
      const done: string[] = [];
      for (const key of df.getInput()) done.push(yield df.callActivity("work", key));
      return done;
    },
    *pauses({ df }) {
      yield df.callActivity("pause", df.getInput());
    },
    *parent({ df }) {
      const child: string[] = yield df.callSubOrchestrator("steps", df.getInput().keys, df.getInput().child);
      const after: string = yield df.callActivity("work", "after");
      return [...child, after];
    },
    *careful({ df }) {
      try {
        yield df.callSubOrchestrator("steps", [df.getInput()]);
      } catch (error) {
        return (error as Error).message;
      }
      return "nothing happened";
    },
    *sleeps({ df }) {
      const until: Date = new Date(df.currentUtcDateTime.getTime() + df.getInput());
      yield df.createTimer(until);
      return [until.getTime(), Date.now()];
    },
    *impatient({ df }) {
      const timer = df.createTimer(new Date(df.currentUtcDateTime.getTime() + HOUR_MS));
      yield df.Task.any([timer, df.waitForExternalEvent("go")]);
      timer.cancel();
    },
    *counts({ df }) {
      const { left, sum = 0 } = df.getInput();
      df.setCustomStatus({ left });
      if (left === 0) return sum;
      const isWaiting = left % ROUND === 0 || left % ROUND === ROUND - 1;
      const item: number = isWaiting ? yield df.waitForExternalEvent("item") : 0;
      df.continueAsNew({ left: left - 1, sum: sum + item });
    },
    *fansOut({ df }) {
      const keys = Array.from({ length: df.getInput() }, (_, index) => `f${index}`);
      const done: string[] = yield df.Task.all(keys.map((key) => df.callActivity("work", key)));
      return new Set(done).size;
    },
    *transfers({ df }) {
      const [from, to] = ["from", "to"].map((key) => new EntityId("counter", key));
      const lock: { release(): void } = yield df.lock(from, to);
      yield df.callEntity(from, "add", -1);
      yield df.callEntity(to, "add", 1);
      const seen: number[] = [yield df.callEntity(from, "get"), yield df.callEntity(to, "get")];
      lock.release();
      return seen;
    },
  },
};

describeWithServer("a hub on SQL Server", (server) => {
  let database: TestDatabase;
  let hub: InProcessHub;

  beforeAll(async () => {
    database = await TestDatabase.withSchema(server);
    hub = await InProcessHub.start(APP, "verify", onSqlServer(database));
  });
  beforeEach(() => {
    broken.clear();
    calls.clear();
  });
  afterEach(() => database.empty());
  afterAll(async () => {
    await hub?.stop();
    await database?.drop();
  });

  const rows = (): Promise<TableRows> => readTables(database.client);

  /** Starts an instance of `waits` and brings it to its waiting. */
  async function waiting(instanceId: string, name = "waits", input: unknown = null): Promise<void> {
    await hub.hub.start({ name, instanceId, input: JSON.stringify(input) });
    await hub.until(instanceId, ({ runtimeStatus }) => runtimeStatus === "Running");
  }

  async function ended(instanceId: string, timeoutMs = 60_000) {
    const instance = await hub.hub.waitForCompletion(instanceId, timeoutMs);
    if (!instance?.completedAt) throw new Error(`${instanceId} has not ended: ${JSON.stringify(instance)}`);
    return instance;
  }

  it("keeps a scheduled start from being seen before its time, and lets it begin then [SQL16]", async () => {
    const at = Date.now() + 1_500;
    await hub.hub.start({ name: "steps", instanceId: "i1", input: '["a"]', scheduledStartTime: at });
    expect((await hub.hub.getInstance("i1"))?.runtimeStatus).toBe("Pending");
    await ended("i1");
    expect(Date.now()).toBeGreaterThanOrEqual(at);
    expect(calls.get("a")).toBe(1);
  });

  it("ends an instance that is terminated before its scheduled start at once, for the reason given [SQL16]", async () => {
    await hub.hub.start({ name: "steps", instanceId: "i1", input: "[]", scheduledStartTime: Date.now() + HOUR_MS });
    await hub.hub.terminate("i1", "not wanted");
    expect(await ended("i1", 10_000)).toMatchObject({ runtimeStatus: "Terminated", output: "not wanted" });
    expect(await countRows(database.client)).toMatchObject({ NewEvents: 0 });
  });

  it("answers an event to nobody with an error and keeps nothing of it; a signal makes the entity [SQL17]", async () => {
    const nobody = hub.hub.raiseEvent("nobody", "go", '"lost"');
    await expect(nobody).rejects.toMatchObject({
      code: "INSTANCE_NOT_FOUND",
      message: expect.stringMatching(/nobody/),
    });
    expect(await countRows(database.client)).toMatchObject({ Instances: 0, NewEvents: 0, Payloads: 0 });
    await hub.hub.signalEntity({ name: "counter", key: "a" }, "add", "3");
    await waitUntil(
      "the state",
      async () => (await hub.hub.getEntity({ name: "counter", key: "a" }))?.state === "3" || undefined,
    );
  });

  it("leaves an instance alone that has an event but starts later, and gives it the event then [SQL18]", async () => {
    const at = Date.now() + 1_500;
    await hub.hub.start({ name: "waits", instanceId: "i1", scheduledStartTime: at });
    await hub.hub.raiseEvent("i1", "go", '"early"');
    while (Date.now() < at - 200) {
      const [instance] = (await rows()).Instances;
      expect(instance).toMatchObject({ RuntimeStatus: "Pending", LockedBy: null, LockExpiration: null });
    }
    expect(await ended("i1")).toMatchObject({ output: '"early"' });
    expect(Date.now()).toBeLessThan(at + 10_000);
  });

  it("discards 50 events to an instance that has ended, and keeps no row of them [SQL19]", async () => {
    await hub.run("steps", ["a"], "i1");
    const before = await countRows(database.client);
    const event = anEventRaised("late", { input: '"much"' });
    await Promise.all(Array.from({ length: 50 }, () => hub.store.sendMessage({ instanceId: "i1", event })));
    await waitUntil("the events to go", async () => (await rows()).NewEvents.length === 0 || undefined, PATIENCE);
    expect(await countRows(database.client)).toEqual(before);
    expect(await hub.hub.getInstance("i1")).toMatchObject({ runtimeStatus: "Completed" });
  });

  it("suspends and resumes an instance, and keeps the events that come between [SQL20]", async () => {
    await waiting("i1");
    await hub.hub.suspend("i1", "a break");
    await hub.until("i1", ({ runtimeStatus }) => runtimeStatus === "Suspended");
    await hub.hub.raiseEvent("i1", "go", '"kept"');
    await waitUntil("the event to be taken", async () => (await rows()).NewEvents.length === 0 || undefined, PATIENCE);
    expect((await rows()).Instances).toEqual([expect.objectContaining({ RuntimeStatus: "Suspended" })]);
    await hub.hub.resume("i1", "done");
    expect(await ended("i1")).toMatchObject({ runtimeStatus: "Completed", output: '"kept"' });
  });

  it("does again, in a rewound instance and its failed child, only what has failed [SQL26]", async () => {
    broken.add("b");
    expect(await hub.run("parent", { keys: ["a", "b"], child: "c1" }, "p1")).toMatchObject({ runtimeStatus: "Failed" });
    broken.clear();
    await hub.hub.rewind("p1", "mended");
    expect(await ended("p1")).toMatchObject({ runtimeStatus: "Completed", output: '["a","b","after"]' });
    expect(await hub.hub.getInstance("c1")).toMatchObject({ runtimeStatus: "Completed" });
    expect(Object.fromEntries(calls)).toEqual({ a: 1, b: 2, after: 1 });
  });

  it("refuses to rewind what is not there or has not failed, and changes nothing [SQL26]", async () => {
    await expect(hub.hub.rewind("nobody", null)).rejects.toMatchObject({ code: "INSTANCE_NOT_FOUND" });
    await waiting("i1");
    const before = await rows();
    await expect(hub.hub.rewind("i1", null)).rejects.toMatchObject({ code: "INSTANCE_NOT_FAILED" });
    expect(await rows()).toEqual(before);
  });

  it("fires no timer before its time by the server's clock, whatever the host's clock says [SQL37]", async () => {
    const hasty = { ...systemClock, now: () => Date.now() + 60_000, schedule: systemClock.schedule.bind(systemClock) };
    const other = await InProcessHub.start(APP, "verify", onSqlServer(database, { hubName: "hasty", clock: hasty }));
    try {
      const { output } = await other.run("sleeps", 1_500);
      const [due = 0, firedAt = 0] = JSON.parse(output ?? "[]") as number[];
      expect(firedAt).toBeGreaterThanOrEqual(due);
    } finally {
      await other.stop();
    }
  });

  it.each(["cancels it", "is terminated"])("lets a timer vanish once its instance %s [SQL37]", async (end) => {
    await waiting("i1", "impatient");
    await waitUntil("the timer", async () => (await rows()).NewEvents.length === 1 || undefined, PATIENCE);
    if (end === "cancels it") await hub.hub.raiseEvent("i1", "go", null);
    else await hub.hub.terminate("i1", "enough");
    await ended("i1");
    expect((await rows()).NewEvents).toEqual([]);
  });

  it("drops a timer of an execution that is gone, as others may have left it [SQL37]", async () => {
    await waiting("i1");
    const before = await rows();
    await database.client.batch(
      `INSERT INTO dt.NewEvents (TaskHub, InstanceID, ExecutionID, EventType, TaskID, VisibleTime)
       VALUES ('${HUB}', 'i1', 'gone', 'TimerFired', 0, '2020-01-01')`,
    );
    await waitUntil("the timer to go", async () => (await rows()).NewEvents.length === 0 || undefined, PATIENCE);
    expect((await rows()).History.filter((row) => row["EventType"] === "TimerFired")).toEqual([]);
    expect((await rows()).Payloads).toEqual(before.Payloads);
    await hub.hub.raiseEvent("i1", "go", "1");
    await ended("i1");
  });

  it("keeps a child's parent, task, version and tags, and tells the parent how it ended [SQL38]", async () => {
    const tags = { tenant: "a" };
    await hub.hub.start({ name: "parent", instanceId: "p1", input: '{"keys":["x"],"child":"c1"}', tags, version: "3" });
    expect(await ended("p1")).toMatchObject({ output: '["x","after"]' });
    const { Instances, History } = await rows();
    const [child] = Instances;
    expect(child).toMatchObject({ InstanceID: "c1", ParentInstanceID: "p1", Tags: JSON.stringify(tags) });
    const taskOf = (id: string, type: string): unknown =>
      History.find((row) => row["InstanceID"] === id && row["EventType"] === type)?.["TaskID"];
    expect([
      taskOf("p1", "SubOrchestrationInstanceCreated"),
      taskOf("c1", "ExecutionStarted"),
      taskOf("p1", "SubOrchestrationInstanceCompleted"),
    ]).toEqual([0, 0, 0]);
    expect(child?.["Version"]).toBe((await hub.hub.getInstance("c1"))?.version);
    broken.add("y");
    expect((await hub.run("careful", "y")).output).toMatch(/y is broken/);
  });

  it("starts a fresh child under the id of one that has ended [SQL39]", async () => {
    await hub.run("parent", { keys: ["x"], child: "c1" }, "p1");
    const first = await hub.hub.getInstance("c1");
    expect(await hub.run("parent", { keys: ["y"], child: "c1" }, "p2")).toMatchObject({ output: '["y","after"]' });
    const second = await hub.hub.getInstance("c1");
    expect(second).toMatchObject({ runtimeStatus: "Completed", output: '["y"]', parentInstanceId: "p2" });
    expect(second?.executionId).not.toBe(first?.executionId);
    expect(Object.fromEntries(calls)).toEqual({ x: 1, y: 1, after: 2 });
  });

  it("hands tags on to activities and to the next generation, and refuses more than 8000 bytes [SQL40]", async () => {
    const tags = { tenant: "a", größe: "✓" };
    await hub.hub.start({ name: "pauses", instanceId: "i1", input: "1500", tags });
    const tasks = await waitUntil("the activity", async () => {
      const { NewTasks } = await rows();
      return NewTasks.length > 0 ? NewTasks : undefined;
    });
    expect(tasks.map((row) => JSON.parse(String(row["Tags"])))).toEqual([tags]);
    await hub.hub.start({ name: "counts", instanceId: "i2", input: `{"left":${ROUND}}`, tags });
    await hub.hub.raiseEvent("i2", "item", "1");
    await hub.until("i2", ({ input }) => input?.includes(`"left":${ROUND - 1}`) ?? false);
    expect((await hub.hub.getInstance("i2"))?.tags).toEqual(tags);
    await hub.hub.terminate("i2", null);
    await Promise.all([ended("i1"), ended("i2")]);

    const before = await countRows(database.client);
    const large = hub.hub.start({ name: "steps", input: "[]", tags: { much: "é".repeat(4_000) } });
    await expect(large).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    expect(await countRows(database.client)).toEqual(before);
  });

  it("calls, signals, locks, reads, lists and cleans entities [SQL45]", async () => {
    expect(await hub.run("transfers")).toMatchObject({ output: "[-1,1]" });
    expect(await hub.run("transfers")).toMatchObject({ output: "[-2,2]" });
    expect(await hub.hub.getEntity({ name: "counter", key: "to" })).toMatchObject({ state: "2" });
    const page = await hub.hub.queryEntities({ name: "counter", fetchState: true, top: 10 });
    expect(page.entities.map(({ id, state }) => [id.key, state])).toEqual([
      ["from", "-2"],
      ["to", "2"],
    ]);
    await hub.hub.signalEntity({ name: "counter", key: "to" }, "delete", null);
    await waitUntil("the deletion", async () => {
      const left = await hub.hub.queryEntities({ name: "counter", fetchState: false, top: 10 });
      return left.entities.length === 1 || undefined;
    });
    await hub.hub.cleanEntities();
    expect((await rows()).Instances.filter((row) => row["InstanceID"] === "@counter@to")).toEqual([]);
    expect(await hub.hub.cleanEntities()).toEqual({ emptyEntitiesRemoved: 0, orphanedLocksReleased: 0 });
  });

  it("holds a scheduled signal until it is due, and runs the entity once for it [SQL45]", async () => {
    const due = Date.now() + 1_500;
    await hub.hub.signalEntity({ name: "counter", key: "a" }, "add", "5", due);
    const [event] = (await rows()).NewEvents;
    expect(Math.abs(Number(event?.["VisibleTime"]) - due)).toBeLessThanOrEqual(1);
    await waitUntil(
      "the signal",
      async () => (await hub.hub.getEntity({ name: "counter", key: "a" }))?.state === "5" || undefined,
    );
    expect(Date.now()).toBeGreaterThanOrEqual(due);
    expect(calls.get("counter")).toBe(1);
  });

  it(`fans out to ${FAN} activities and in again, each done once and no deadlock to be seen [SQL34]`, async () => {
    const end = await hub.hub.startAndWait({ name: "fansOut", instanceId: "i1", input: String(FAN) }, 110_000);
    expect(end).toMatchObject({ runtimeStatus: "Completed", output: String(FAN) });
    expect(calls.size).toBe(FAN);
    expect([...calls.values()].every((count) => count === 1)).toBe(true);
    const { NewTasks, NewEvents, History } = await rows();
    expect([NewTasks, NewEvents]).toEqual([[], []]);
    expect(History.filter((row) => row["EventType"] === "TaskCompleted")).toHaveLength(FAN);
  });

  it(
    `leaves one generation and no orphan after ${GENERATIONS} of them, and keeps events throughout [SQL35]`,
    async () => {
      await hub.hub.start({ name: "counts", instanceId: "i1", input: JSON.stringify({ left: GENERATIONS }) });
      let sum = 0;
      for (let left = GENERATIONS; left > 0; left -= ROUND) {
        const status = JSON.stringify({ left });
        const reached = async () => (await hub.hub.getInstance("i1"))?.customStatus === status || undefined;
        await waitUntil(`generation ${left}`, reached, PATIENCE);
        // The second comes before the generation that takes it, or while it is begun.
        for (const item of [left, 1]) await hub.hub.raiseEvent("i1", "item", JSON.stringify(item));
        sum += left + 1;
      }
      const input = JSON.stringify({ left: 0, sum });
      expect(await ended("i1", 100_000)).toMatchObject({ output: String(sum), input, customStatus: '{"left":0}' });
      const { Instances, History, NewEvents, NewTasks, Payloads } = await rows();
      expect(new Set(History.map((row) => row["ExecutionID"]))).toEqual(new Set([Instances[0]?.["ExecutionID"]]));
      expect(History.filter((row) => row["EventType"] === "ExecutionStarted")).toHaveLength(1);
      expect([NewEvents, NewTasks]).toEqual([[], []]);
      const used = new Set([...History, ...Instances].flatMap(payloadsOf));
      expect(Payloads.filter((row) => !used.has(row["PayloadID"]))).toEqual([]);
    },
    LONG_MS,
  );
});

function payloadsOf(row: Row): readonly unknown[] {
  return Object.entries(row).flatMap(([column, value]) => (column.endsWith("PayloadID") ? [value] : []));
}
