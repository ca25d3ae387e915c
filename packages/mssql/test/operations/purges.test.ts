import type { RuntimeStatus } from "@durable-host/engine";
import { aCommit, anActivityTask, anEventRaised, useHub } from "@durable-host/testkit";
import { aMssqlFixture } from "../mssql-fixture";
import { connectTo, describeWithServer } from "../stand/server";
import { countRows } from "../stand/table-rows";
import { useDatabase } from "../stand/test-database";

const SLOW_MS = 240_000;
jest.setTimeout(SLOW_MS);

const MANY = 100_000;
const EMPTY = { Instances: 0, Payloads: 0, NewEvents: 0, History: 0, NewTasks: 0 };
const ENDED: readonly RuntimeStatus[] = ["Completed", "Failed", "Terminated"];

describeWithServer("purges", (server) => {
  const database = useDatabase(server);
  const hub = useHub(() => aMssqlFixture(database.current));

  /** An instance with rows in every table, in a status. */
  async function fill(instanceId: string, runtimeStatus: RuntimeStatus): Promise<void> {
    await hub().create(instanceId);
    const { provider } = hub();
    const item = await hub().lockOne();
    const instance = { ...item.instance, runtimeStatus, customStatus: '"here"' };
    await provider.commitOrchestration(item, aCommit(item, { instance, activities: [anActivityTask(instanceId, 1)] }));
    await provider.sendMessage({ instanceId, event: anEventRaised("late", { input: '"waits"' }) });
    // So that it is not locked again in place of the next.
    await hub().lockOne();
  }

  it("by id tell how many there were, and leave no row of them in any table [SQL22]", async () => {
    await fill("i1", "Running");
    await fill("i2", "Completed");
    expect(await countRows(database.current.client)).toMatchObject({ Instances: 2, NewTasks: 2, NewEvents: 2 });
    expect(await hub().provider.purgeInstances(["i1", "i2", "nobody"])).toBe(2);
    expect(await countRows(database.current.client)).toEqual(EMPTY);
  });

  it("of those that have ended leave the others alone [SQL22]", async () => {
    for (const status of ["Running", "Suspended", ...ENDED] as const) await fill(status, status);
    await hub().create("Pending");
    const all = ["Pending", "Running", "Suspended", ...ENDED];
    expect(await hub().provider.purgeInstances(all, ENDED)).toBe(ENDED.length);
    const { instances } = await hub().provider.queryInstances({ top: 10 });
    expect(instances.map(({ instanceId }) => instanceId).toSorted()).toEqual(["Pending", "Running", "Suspended"]);
  });

  it("of 100,000 instances are done in chunks, so that a time-out takes nothing back and the next goes on [SQL23]", async () => {
    const { client, connectionString } = database.current;
    const [hundreds, thousands] = [100, 1_000].map(numbers);
    await client.batch(
      `INSERT INTO dt.Instances (TaskHub, InstanceID, [Name], RuntimeStatus, CompletedTime)
       SELECT dt.CurrentTaskHub(), CAST(A.n * 1000 + B.n AS varchar(10)), 'Order', 'Completed', '2020-01-01'
       FROM (${hundreds}) A CROSS JOIN (${thousands}) B`,
    );
    const count = async (): Promise<number> => {
      const { sets } = await client.query("SELECT COUNT(*) AS N FROM dt.Instances");
      return Number(sets[0]?.[0]?.["N"]);
    };
    expect(await count()).toBe(MANY);
    const values = [
      { name: "ThresholdTime", type: "datetime2", value: Date.now() },
      { name: "FilterType", type: "tinyint", value: 1 },
    ] as const;
    const impatient = connectTo(connectionString);
    let isCut = false;
    const cut = impatient
      .call("dt.PurgeInstanceStateByTime", values, { timeoutMs: 300, retry: false })
      .catch((error: { readonly code?: string }) => error.code)
      .finally(() => (isCut = true));
    const seen: number[] = [];
    // The stand-in carries on with what was cut off, and so comes to an end too.
    while (!isCut) seen.push(await count());
    expect(await cut).toBe("STORAGE_TRANSIENT");
    await impatient.close();
    expect(seen.some((left) => left > 0 && left < MANY)).toBe(true);

    await client.call("dt.PurgeInstanceStateByTime", values);
    expect(await count()).toBe(0);
  });
});

function numbers(count: number): string {
  return Array.from({ length: count }, (_, index) => `SELECT ${index} AS n`).join(" UNION ALL ");
}
