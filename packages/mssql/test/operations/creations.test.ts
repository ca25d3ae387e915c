import type { RuntimeStatus } from "@durable-host/engine";
import { aCommit, anEventRaised, anExecutionStarted, useHub } from "@durable-host/testkit";
import { aMssqlFixture } from "../mssql-fixture";
import { describeWithServer } from "../stand/server";
import { countRows, readTables } from "../stand/table-rows";
import { useDatabase } from "../stand/test-database";

jest.setTimeout(60_000);

const ENDED: ReadonlySet<RuntimeStatus> = new Set(["Completed", "Failed", "Terminated"]);
const MANY = 50;

describeWithServer("creations of instances", (server) => {
  const database = useDatabase(server);
  const hub = useHub(() => aMssqlFixture(database.current));

  const again = (executionId: string, replaceable: ReadonlySet<RuntimeStatus>) =>
    hub().provider.createInstance(anExecutionStarted("i1", { executionId }), replaceable);

  it("write the input, the instance and its start, all or nothing [SQL13]", async () => {
    const { client } = database.current;
    await client.batch("ALTER TABLE dt.NewEvents ADD CONSTRAINT CK_Refused CHECK ([Name] <> 'refused')");
    try {
      await expect(hub().create("i1", { name: "refused" })).rejects.toMatchObject({ code: "STORAGE_PERMANENT" });
    } finally {
      await client.batch("ALTER TABLE dt.NewEvents DROP CONSTRAINT CK_Refused");
    }
    expect(await countRows(client)).toEqual({ Instances: 0, Payloads: 0, NewEvents: 0, History: 0, NewTasks: 0 });

    await hub().create("i1", { input: '"in"' });
    const { Instances, Payloads, NewEvents } = await readTables(client);
    expect(Instances).toEqual([expect.objectContaining({ InstanceID: "i1", RuntimeStatus: "Pending" })]);
    expect(NewEvents).toEqual([expect.objectContaining({ InstanceID: "i1", EventType: "ExecutionStarted" })]);
    expect(Payloads).toEqual([expect.objectContaining({ InstanceID: "i1", Text: '"in"' })]);
    expect(Instances[0]?.["InputPayloadID"]).toBe(Payloads[0]?.["PayloadID"]);
    expect(NewEvents[0]?.["PayloadID"]).toBe(Payloads[0]?.["PayloadID"]);
  });

  it("are refused over an instance that is pending or running, and change nothing in it [SQL14]", async () => {
    await hub().create("i1");
    for (const bring of [async () => undefined, () => hub().runOne()]) {
      await bring();
      const before = await readTables(database.current.client);
      await expect(again("e2", ENDED)).rejects.toMatchObject({ code: "INSTANCE_EXISTS" });
      expect(await readTables(database.current.client)).toEqual(before);
    }
  });

  it.each(["Completed", "Failed", "Terminated"] as const)(
    "replace an instance that is %s by another execution, with nothing of the first [SQL14]",
    async (runtimeStatus) => {
      await hub().createRunning("i1");
      await hub().provider.sendMessage({ instanceId: "i1", event: anEventRaised("end", { input: '"why"' }) });
      const item = await hub().lockOne();
      const instance = { ...item.instance, runtimeStatus, output: '"out"', customStatus: '"all"', completedAt: 1 };
      await hub().provider.commitOrchestration(item, aCommit(item, { instance }));

      await again("e2", ENDED);
      const { Instances, ...rows } = await readTables(database.current.client);
      expect(Instances).toEqual([expect.objectContaining({ ExecutionID: "e2", RuntimeStatus: "Pending" })]);
      expect(rows).toMatchObject({ Payloads: [{}], NewEvents: [{ ExecutionID: "e2" }], History: [], NewTasks: [] });
    },
  );

  it("of one id, 50 at once, make one instance and one start [SQL15]", async () => {
    const answers = await Promise.allSettled(Array.from({ length: MANY }, (_, index) => again(`e${index}`, new Set())));
    expect(answers.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const refusals = answers.flatMap((answer) => (answer.status === "rejected" ? [answer.reason as unknown] : []));
    expect(refusals).toEqual(Array(MANY - 1).fill(expect.objectContaining({ code: "INSTANCE_EXISTS" })));
    expect(await countRows(database.current.client)).toMatchObject({ Instances: 1, NewEvents: 1, Payloads: 1 });
  });
});
