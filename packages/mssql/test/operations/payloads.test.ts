import {
  aCommit,
  anActivityTask,
  anEventRaised,
  anExecutionStarted,
  anExecutionTerminated,
  anInstanceSeed,
  aTaskCompleted,
  useHub,
} from "@durable-host/testkit";
import { aMssqlFixture } from "../mssql-fixture";
import { describeWithServer } from "../stand/server";
import { useDatabase } from "../stand/test-database";

jest.setTimeout(60_000);

describeWithServer("texts in Payloads", (server) => {
  const database = useDatabase(server);
  const hub = useHub(() => aMssqlFixture(database.current));

  /** Texts of an instance that nothing refers to. */
  async function orphans(instanceId: string): Promise<unknown[]> {
    const { sets } = await database.current.client.query(
      `SELECT P.[Text] FROM dt.Payloads AS P
       WHERE P.InstanceID = @Id
         AND NOT EXISTS (SELECT 1 FROM dt.History AS H WHERE H.InstanceID = @Id AND H.DataPayloadID = P.PayloadID)
         AND NOT EXISTS (SELECT 1 FROM dt.NewEvents AS E WHERE E.InstanceID = @Id AND E.PayloadID = P.PayloadID)
         AND NOT EXISTS (SELECT 1 FROM dt.NewTasks AS N WHERE N.InstanceID = @Id AND N.PayloadID = P.PayloadID)
         AND NOT EXISTS (SELECT 1 FROM dt.Instances AS I WHERE I.InstanceID = @Id
           AND P.PayloadID IN (I.InputPayloadID, I.OutputPayloadID, I.CustomStatusPayloadID))`,
      [{ name: "Id", type: "nvarchar", length: 100, value: instanceId }],
    );
    return (sets[0] ?? []).map((row) => row["Text"]);
  }

  it("go when nothing refers to them any more: custom status, inputs of activities, dropped messages", async () => {
    const { provider } = hub();
    await hub().create("i1");
    await hub().runOne({ activities: [anActivityTask("i1", 1)] });
    for (const customStatus of ['"a"', '"b"', null, '"c"']) {
      await provider.sendMessage({ instanceId: "i1", event: anEventRaised("go", { input: '"x"' }) });
      const item = await hub().lockOne();
      const instance = { ...item.instance, customStatus };
      await provider.commitOrchestration(item, aCommit(item, { instance, history: { type: "append", events: [] } }));
    }
    await provider.commitActivity(await hub().lockOneActivity(), aTaskCompleted(1));
    await provider.sendMessage({
      instanceId: "i1",
      executionId: "gone",
      event: anEventRaised("late", { input: '"y"' }),
    });
    await hub().runOne();
    await expect(orphans("i1")).resolves.toEqual([]);
  });

  it("go with the generation that is replaced, and stay for tasks that still wait [SQL35]", async () => {
    const { provider } = hub();
    await hub().create("i1");
    await hub().runOne({ activities: [anActivityTask("i1", 1, { input: '"kept"' })] });
    for (let generation = 2; generation < 5; generation++) {
      await provider.sendMessage({ instanceId: "i1", event: anEventRaised("go", { input: '"x"' }) });
      const item = await hub().lockOne();
      const instance = { ...item.instance, executionId: `i1-e${generation}`, input: `"${generation}"` };
      const history = { type: "replace", events: [] } as const;
      await provider.commitOrchestration(item, aCommit(item, { instance, history }));
    }
    await expect(orphans("i1")).resolves.toEqual([]);
    expect((await hub().lockOneActivity()).task.input).toBe('"kept"');
  });

  it("are not left behind by a seed that an instance has no need of", async () => {
    const { provider } = hub();
    const seed = anInstanceSeed("@counter@a", { name: "counter", input: '{"seed":true}' });
    const signal = { instanceId: "@counter@a", event: anEventRaised("op", { input: "{}" }), seed };
    await provider.sendMessage(signal);
    await provider.sendMessage(signal);
    await hub().create("i1");
    await hub().runOne({ messages: [signal, signal] });
    await expect(orphans("@counter@a")).resolves.toEqual([]);
    expect((await hub().lockOne("entity")).messages).toHaveLength(4);
  });

  it("stay for the history when those of the instance are written anew", async () => {
    const { client } = database.current;
    await hub().createRunning("i1");
    // As another provider may have written it: without what this one keeps beside the text.
    await client.batch("UPDATE dt.Instances SET CreatedTime = '2020-01-01', [Name] = 'order' WHERE InstanceID = 'i1'");
    await hub().provider.sendMessage({ instanceId: "i1", event: anEventRaised("go") });
    const item = await hub().lockOne();
    await hub().provider.commitOrchestration(item, aCommit(item, { instance: { ...item.instance, input: '"other"' } }));
    const [, started] = await hub().provider.readHistory("i1");
    expect(started).toMatchObject({ type: "ExecutionStarted", input: anExecutionStarted("i1").input });
    await expect(orphans("i1")).resolves.toEqual([]);
  });

  it("belong to messages that follow, in one commit, the one that brings their instance into being", async () => {
    await hub().create("parent");
    const start = { instanceId: "child", event: anExecutionStarted("child"), seed: anInstanceSeed("child") };
    await hub().runOne({
      messages: [
        start,
        { instanceId: "child", event: anExecutionTerminated("no more") },
        { instanceId: "child", executionId: "another", event: anEventRaised("late", { input: '"z"' }) },
      ],
    });
    const item = await hub().lockOne();
    expect(item.messages.map(({ event }) => event)).toEqual([start.event, anExecutionTerminated("no more")]);
    await expect(orphans("child")).resolves.toEqual([]);
  });

  /** How often a text is stored. */
  async function copies(text: string): Promise<number> {
    const { sets } = await database.current.client.query("SELECT COUNT(*) AS N FROM dt.Payloads WHERE [Text] = @Text", [
      { name: "Text", type: "nvarchar", value: text },
    ]);
    return Number(sets[0]?.[0]?.["N"]);
  }

  it.each(['"done"', '"fertig ✓ \u{1f389}"'])(
    "are stored once for an instance and the event that says the same: the output %s",
    async (output) => {
      await hub().createRunning("i1");
      await hub().provider.sendMessage({ instanceId: "i1", event: anEventRaised("go") });
      const item = await hub().lockOne();
      const completed = {
        type: "ExecutionCompleted",
        timestamp: 5,
        eventId: 3,
        status: "Completed",
        result: output,
      } as const;
      const instance = { ...item.instance, runtimeStatus: "Completed" as const, output, completedAt: 5 };
      const history = { type: "append", events: [completed] } as const;
      await hub().provider.commitOrchestration(item, aCommit(item, { instance, history }));
      await expect(hub().provider.getInstance("i1")).resolves.toEqual(instance);
      expect((await hub().provider.readHistory("i1")).at(-1)).toEqual(completed);
      if (!output.includes("✓")) await expect(copies(output)).resolves.toBe(1);
      const { sets } = await database.current.client.query("SELECT OutputPayloadID FROM dt.Instances");
      const { sets: events } = await database.current.client.query(
        "SELECT DataPayloadID FROM dt.History WHERE EventType = 'ExecutionCompleted'",
      );
      expect(sets[0]?.[0]?.["OutputPayloadID"]).toBe(events[0]?.[0]?.["DataPayloadID"]);
    },
  );

  it("are stored once for an entity whose state its history repeats, and stay while nothing changes [SQL35]", async () => {
    const seed = anInstanceSeed("@counter@a", { name: "counter" });
    const batch = async (state: string): Promise<string> => {
      await hub().provider.sendMessage({ instanceId: "@counter@a", event: anEventRaised("op", { input: "{}" }), seed });
      const item = await hub().lockOne("entity");
      const started = anExecutionStarted("@counter@a", { input: state });
      const instance = { ...item.instance, runtimeStatus: "Running" as const, input: state };
      const history = { type: "replace", events: [started] } as const;
      await hub().provider.commitOrchestration(item, aCommit(item, { instance, history }));
      await expect(hub().provider.getInstance("@counter@a")).resolves.toMatchObject({ input: state });
      await expect(hub().provider.readHistory("@counter@a")).resolves.toEqual([started]);
      await expect(copies(state)).resolves.toBe(1);
      await expect(orphans("@counter@a")).resolves.toEqual([]);
      const { sets } = await database.current.client.query("SELECT InputPayloadID FROM dt.Instances");
      return String(sets[0]?.[0]?.["InputPayloadID"]);
    };
    const first = await batch('{"state":"1"}');
    await expect(batch('{"state":"1"}')).resolves.toBe(first);
    await expect(batch('{"state":"2"}')).resolves.not.toBe(first);
    await expect(copies('{"state":"1"}')).resolves.toBe(0);
  });
});
