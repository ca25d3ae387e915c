import {
  aCommit,
  anActivityTask,
  anEventRaised,
  anExecutionStarted,
  aTaskCompleted,
  useHub,
} from "@durable-host/testkit";
import { aMssqlFixture } from "../mssql-fixture";
import { connectTo, describeWithServer } from "../stand/server";
import { useDatabase } from "../stand/test-database";

jest.setTimeout(60_000);

const HOUR_MS = 3_600_000;

describeWithServer("the recommended number of hosts", (server) => {
  const database = useDatabase(server);
  const hub = useHub(() => aMssqlFixture(database.current));

  async function recommended(orchestrations: number, activities: number, taskHub = "contract"): Promise<unknown> {
    const { sets } = await database.current.client.query(
      `SELECT dt_host.GetScaleRecommendation('${taskHub}', ${orchestrations}, ${activities}) AS Hosts`,
    );
    return sets[0]?.[0]?.["Hosts"];
  }

  const tasksOf = (instanceId: string, count: number) =>
    Array.from({ length: count }, (_, taskId) => anActivityTask(instanceId, taskId));

  it("is none at rest, and one more for each start that waits [SQL52]", async () => {
    await expect(recommended(1, 1)).resolves.toBe(0);
    for (let count = 1; count <= 10; count++) {
      await hub().create(`i${count}`);
      await expect(recommended(1, 1)).resolves.toBe(count);
    }
    await expect(recommended(1, 1, "another")).resolves.toBe(0);
  });

  it.each([
    [1, 1],
    [10, 4],
    [99, 33],
  ])("for %i activities, three of which a host runs at once, is %i [SQL52]", async (count, hosts) => {
    await hub().createRunning("i1", { activities: tasksOf("i1", count) });
    await expect(recommended(1, 3)).resolves.toBe(hosts);
  });

  it.each([
    [1, 1],
    [10, 2],
  ])(
    "is none for timers to come; for %i that are due, with five instances a host, it is %i [SQL52]",
    async (count, hosts) => {
      for (let index = 0; index < count; index++) {
        await hub().createRunning(`i${index}`, { timers: [{ timerId: 1, fireAt: Date.now() + HOUR_MS }] });
      }
      await expect(recommended(5, 1)).resolves.toBe(0);
      await database.current.client.batch("UPDATE dt.NewEvents SET VisibleTime = '2020-01-01'");
      await expect(recommended(5, 1)).resolves.toBe(hosts);
    },
  );

  it("is one while an activity is executed, and none once its outcome is handled [SQL52]", async () => {
    await hub().createRunning("i1", { activities: tasksOf("i1", 1) });
    const activity = await hub().lockOneActivity();
    await expect(recommended(1, 1)).resolves.toBe(1);
    await hub().provider.commitActivity(activity, aTaskCompleted(0));
    const item = await hub().lockOne();
    const instance = { ...item.instance, runtimeStatus: "Completed" as const };
    await hub().provider.commitOrchestration(item, aCommit(item, { instance }));
    await expect(recommended(1, 1)).resolves.toBe(0);
  });

  it.each([1, 10])("counts each of %i instances once, however many outcomes wait for it [SQL52]", async (count) => {
    for (let index = 0; index < count; index++)
      await hub().createRunning(`i${index}`, { activities: tasksOf(`i${index}`, 10) });
    for (const item of await hub().provider.lockActivities(100)) {
      await hub().provider.commitActivity(item, aTaskCompleted(item.task.taskId));
    }
    await expect(recommended(1, 1)).resolves.toBe(count);
  });

  it.each([
    { instances: 1, perHost: 1, activities: 1, activitiesPerHost: 1, hosts: 2 },
    { instances: 1, perHost: 100, activities: 10, activitiesPerHost: 1, hosts: 11 },
    { instances: 5, perHost: 100, activities: 10, activitiesPerHost: 1, hosts: 11 },
  ])(
    "adds up what instances and activities ask for: $instances and $activities come to $hosts [SQL52]",
    async (load) => {
      await hub().createRunning("busy", { activities: tasksOf("busy", load.activities) });
      for (let index = 0; index < load.instances; index++) await hub().create(`i${index}`);
      await expect(recommended(load.perHost, load.activitiesPerHost)).resolves.toBe(load.hosts);
    },
  );

  it("does not count suspended instances, and takes a limit below one for one", async () => {
    await hub().createRunning("i1", { activities: tasksOf("i1", 2) });
    await hub().provider.sendMessage({ instanceId: "i1", event: anEventRaised("go") });
    await expect(recommended(0, 0)).resolves.toBe(3);
    await database.current.client.batch("UPDATE dt.Instances SET RuntimeStatus = 'Suspended'");
    await expect(recommended(0, 0)).resolves.toBe(0);
  });

  it("is that of the hub that is named, whoever asks and from whatever application [SQL53]", async () => {
    await hub().provider.createInstance(anExecutionStarted("i1"), new Set());
    const scaler = connectTo(`${database.current.connectionString};Application Name=keda`);
    try {
      const { sets } = await scaler.query("SELECT dt_host.GetScaleRecommendation('contract', 10, 1) AS Hosts");
      expect(sets[0]).toEqual([{ Hosts: 1 }]);
    } finally {
      await scaler.close();
    }
  });
});
