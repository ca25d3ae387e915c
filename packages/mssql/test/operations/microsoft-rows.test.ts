import { setTimeout as wait } from "node:timers/promises";
import { anEventRaised, anInstanceSeed, useHub } from "@durable-host/testkit";
import { aMssqlFixture } from "../mssql-fixture";
import { describeWithServer } from "../stand/server";
import { useDatabase } from "../stand/test-database";

jest.setTimeout(60_000);

describeWithServer("rows that Microsoft's provider has written", (server) => {
  const database = useDatabase(server);
  const hub = useHub(() => aMssqlFixture(database.current));
  const run = (sql: string) => database.current.client.batch(sql);

  /** As .NET writes a time for a round trip. */
  const ticks = (time: number) => new Date(time).toISOString().replace("Z", "0000Z");

  async function anEntity(instanceId: string): Promise<void> {
    const seed = anInstanceSeed(instanceId, { name: "counter" });
    await hub().provider.sendMessage({ instanceId, event: anEventRaised("op", { input: '{"op":"first"}' }), seed });
    await hub().runOneEntity();
  }

  async function insertOperation(instanceId: string, name: string): Promise<void> {
    await run(
      `INSERT INTO dt.NewEvents (TaskHub, InstanceID, EventType, [Name]) VALUES ('contract', '${instanceId}', 'EventRaised', '${name}')`,
    );
  }

  it("let a scheduled operation wait for its time, and the others pass [SQL45]", async () => {
    await anEntity("@counter@a");
    const dueAt = Date.now() + 1_500;
    await insertOperation("@counter@a", `op@${ticks(dueAt)}`);
    await insertOperation("@counter@a", "op");
    await insertOperation("@counter@a", `op@${ticks(Date.now() - 60_000)}`);
    const item = await hub().lockOne("entity");
    expect(item.messages.map(({ event }) => event)).toEqual([
      expect.objectContaining({ name: "op" }),
      expect.objectContaining({ name: "op" }),
    ]);
    await hub().provider.abandon(item, 0);
    await hub().runOneEntity();
    await expect(hub().lockable("entity")).resolves.toEqual([]);
    await wait(dueAt - Date.now() + 250);
    expect((await hub().lockOne("entity")).messages).toMatchObject([{ dueAt, event: { name: "op" } }]);
  });

  it("free an entity at once that has nothing but operations to come [SQL45]", async () => {
    await anEntity("@counter@a");
    await insertOperation("@counter@a", `op@${ticks(Date.now() + 3_600_000)}`);
    await expect(hub().lockable("entity")).resolves.toEqual([]);
    await insertOperation("@counter@a", "op");
    expect((await hub().lockOne("entity")).messages).toHaveLength(1);
  });

  it("name the children of an instance, whether they have begun or not [SQL38, SQL47]", async () => {
    await hub().createRunning("parent");
    await run(
      `INSERT INTO dt.History (TaskHub, InstanceID, ExecutionID, SequenceNumber, EventType, TaskID, [Name]) VALUES
         ('contract', 'parent', 'parent-e1', 10, 'SubOrchestrationInstanceCreated', 4, 'Pay'),
         ('contract', 'parent', 'parent-e1', 11, 'SubOrchestrationInstanceCreated', 5, 'Ship'),
         ('contract', 'parent', 'parent-e1', 12, 'SubOrchestrationInstanceCreated', 6, 'Bill'),
         ('contract', 'begun', 'begun-e1', 0, 'ExecutionStarted', 4, 'Pay');
       INSERT INTO dt.Instances (TaskHub, InstanceID, ExecutionID, [Name], RuntimeStatus, ParentInstanceID) VALUES
         ('contract', 'begun', 'begun-e1', 'Pay', 'Running', 'parent'),
         ('contract', 'waiting', 'waiting-e1', 'Ship', 'Pending', 'parent'),
         ('another', 'waiting', 'waiting-e1', 'Ship', 'Pending', 'parent');
       INSERT INTO dt.NewEvents (TaskHub, InstanceID, ExecutionID, EventType, TaskID, [Name]) VALUES
         ('contract', 'waiting', 'waiting-e1', 'ExecutionStarted', 5, 'Ship'),
         ('another', 'waiting', 'waiting-e1', 'ExecutionStarted', 6, 'Ship')`,
    );
    const history = await hub().provider.readHistory("parent");
    const children = history.filter(({ type }) => type === "SubOrchestrationCreated");
    expect(children).toMatchObject([
      { eventId: 4, instanceId: "begun" },
      { eventId: 5, instanceId: "waiting" },
      { eventId: 6, instanceId: "" },
    ]);
  });

  it("count as many events as they are, those that a rewind took back among them [SQL26]", async () => {
    await hub().createRunning("i1");
    await run(
      `INSERT INTO dt.History (TaskHub, InstanceID, ExecutionID, SequenceNumber, EventType, TaskID, [Name])
       VALUES ('contract', 'i1', 'i1-e1', 2, 'GenericEvent', 0, 'Pay')`,
    );
    await hub().provider.sendMessage({ instanceId: "i1", event: anEventRaised("go") });
    const { historyLength } = await hub().lockOne();
    await expect(hub().provider.readHistory("i1")).resolves.toHaveLength(historyLength);
  });
});
