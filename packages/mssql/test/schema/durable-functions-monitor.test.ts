import type { ExecutionStarted, StorageProvider } from "@durable-host/engine";
import {
  aCommit,
  anActivityTask,
  anExecutionStarted,
  anInstanceSeed,
  aTaskCompleted,
  aTaskScheduled,
  useHub,
} from "@durable-host/testkit";
import { createSqlClient } from "../../src/connection/create-sql-client";
import { parseConnectionString } from "../../src/connection/parse-connection-string";
import type { Row, SqlClient } from "../../src/connection/sql-client";
import { aMssqlFixture } from "../mssql-fixture";
import { describeWithServer } from "../stand/server";
import { useDatabase } from "../stand/test-database";

jest.setTimeout(60_000);

/** What Durable Functions Monitor asks a database of Microsoft's for (contract §1.6): tables and columns, no procedures. */
const HUBS = "SELECT DISTINCT I.TaskHub FROM [dt].Instances I";
const PARENT = "SELECT I.ParentInstanceID FROM [dt].Instances I WHERE I.InstanceID = @Id AND I.TaskHub = @TaskHub";
/** A scheduled event in one row with its outcome; a child is found by the task id of its own start. */
const HISTORY = `
  SELECT COALESCE(Outcome.EventType, H.EventType) AS EventType, H.TaskID AS EventId, H.[Name],
    CASE WHEN Outcome.TaskID IS NULL THEN NULL ELSE H.[Timestamp] END AS ScheduledTime,
    COALESCE(Outcome.[Timestamp], H.[Timestamp]) AS [Timestamp],
    Given.[Text] AS Input, Answer.[Text] AS Result, Answer.Reason AS Details, Child.InstanceID AS ChildID
  FROM [dt].History H
    LEFT JOIN [dt].History Outcome
      ON H.EventType IN ('TaskScheduled', 'SubOrchestrationInstanceCreated')
        AND Outcome.EventType IN ('TaskCompleted', 'TaskFailed', 'SubOrchestrationInstanceCompleted', 'SubOrchestrationInstanceFailed')
        AND Outcome.TaskHub = H.TaskHub AND Outcome.InstanceID = H.InstanceID
        AND Outcome.ExecutionID = H.ExecutionID AND Outcome.TaskID = H.TaskID
        AND Outcome.SequenceNumber <> H.SequenceNumber
    LEFT JOIN [dt].Payloads Given
      ON Given.PayloadID = H.DataPayloadID AND Given.TaskHub = H.TaskHub AND Given.InstanceID = H.InstanceID
    LEFT JOIN [dt].Payloads Answer
      ON Answer.PayloadID = Outcome.DataPayloadID AND Answer.TaskHub = Outcome.TaskHub
        AND Answer.InstanceID = Outcome.InstanceID
    LEFT JOIN (
      SELECT I.ParentInstanceID, I.InstanceID, I.TaskHub, S.TaskID
      FROM [dt].Instances I
        INNER JOIN [dt].History S
          ON S.InstanceID = I.InstanceID AND S.TaskHub = I.TaskHub AND S.EventType = 'ExecutionStarted'
    ) Child
      ON Child.ParentInstanceID = H.InstanceID AND Child.TaskHub = H.TaskHub AND Child.TaskID = H.TaskID
        AND H.EventType = 'SubOrchestrationInstanceCreated'
  WHERE H.InstanceID = @Id AND H.TaskHub = @TaskHub
    AND H.EventType IN ('ExecutionStarted', 'ExecutionCompleted', 'ExecutionTerminated', 'TaskScheduled',
      'SubOrchestrationInstanceCreated', 'TimerCreated', 'TimerFired', 'EventRaised', 'EventSent')
  ORDER BY H.SequenceNumber`;

const CHILD_START: ExecutionStarted = {
  ...anExecutionStarted("child", { name: "pack" }),
  parent: { instanceId: "parent", executionId: "parent-e1", taskScheduledId: 1, name: "order" },
};

describeWithServer("Durable Functions Monitor", (server) => {
  const database = useDatabase(server);
  const hub = useHub(() => aMssqlFixture(database.current));

  async function ask(sql: string, id: string): Promise<readonly Row[]> {
    const { sets } = await database.current.client.query(sql, [
      { name: "Id", type: "nvarchar", value: id },
      { name: "TaskHub", type: "nvarchar", value: "contract" },
    ]);
    return sets[0] ?? [];
  }

  /** A parent that has called an activity and a child; both have answered the activity's and the child's call. */
  async function aFamily(provider: StorageProvider): Promise<void> {
    await hub().create("parent");
    await hub().runOne({
      history: {
        type: "append",
        events: [
          anExecutionStarted("parent"),
          aTaskScheduled(0),
          {
            type: "SubOrchestrationCreated",
            timestamp: 3,
            eventId: 1,
            name: "pack",
            instanceId: "child",
            input: null,
          },
        ],
      },
      activities: [anActivityTask("parent", 0)],
      messages: [
        { instanceId: "child", event: CHILD_START, seed: anInstanceSeed("child", { parentInstanceId: "parent" }) },
      ],
    });
    await hub().runOne({
      messages: [
        {
          instanceId: "parent",
          event: { type: "SubOrchestrationCompleted", timestamp: 4, taskScheduledId: 1, result: '"packed"' },
        },
      ],
    });
    await provider.commitActivity(await hub().lockOneActivity(), aTaskCompleted(0));
    const item = await hub().lockOne();
    await provider.commitOrchestration(item, aCommit(item));
  }

  it("finds task hubs, instances, parents, children and the history in our tables [SQL54]", async () => {
    await aFamily(hub().provider);
    expect((await ask(HUBS, "")).map((row) => row["TaskHub"])).toEqual(["contract"]);
    expect(await ask(PARENT, "parent")).toEqual([{ ParentInstanceID: null }]);
    expect(await ask(PARENT, "child")).toEqual([{ ParentInstanceID: "parent" }]);
    expect(await ask(HISTORY, "parent")).toEqual([
      expect.objectContaining({
        EventType: "ExecutionStarted",
        Name: "order",
        Input: '{"sku":"A1"}',
        ScheduledTime: null,
      }),
      expect.objectContaining({ EventType: "TaskCompleted", EventId: 0, Name: "ship", Result: '"done"' }),
      expect.objectContaining({
        EventType: "SubOrchestrationInstanceCompleted",
        EventId: 1,
        Name: "pack",
        Result: '"packed"',
        ChildID: "child",
      }),
    ]);
  });

  it("reads lists and single instances by Microsoft's procedures, with their texts [SQL54]", async () => {
    await aFamily(hub().provider);
    const { client } = database.current;
    await client.batch("EXEC dt.SetGlobalSetting @Name = 'TaskHubMode', @Value = 0");
    try {
      const seen = createSqlClientFor("contract");
      const many = await seen.call("dt._QueryManyOrchestrations", [
        { name: "ExcludeSubOrchestrations", type: "bit", value: true },
      ]);
      expect(many.sets[0]).toEqual([
        expect.objectContaining({
          InstanceID: "parent",
          Name: "order",
          RuntimeStatus: "Running",
          InputText: '{"sku":"A1"}',
        }),
      ]);
      const view = await seen.query("SELECT InstanceID, ParentInstanceID FROM dt.vInstances ORDER BY InstanceID");
      expect(view.sets[0]).toEqual([
        { InstanceID: "child", ParentInstanceID: "parent" },
        { InstanceID: "parent", ParentInstanceID: null },
      ]);
      const rows = await seen.query(
        "SELECT EventType FROM dt.vHistory WHERE InstanceID = 'child' ORDER BY SequenceNumber",
      );
      expect(rows.sets[0]).toEqual([{ EventType: "OrchestratorStarted" }, { EventType: "ExecutionStarted" }]);
      await seen.close();
    } finally {
      await client.batch("EXEC dt.SetGlobalSetting @Name = 'TaskHubMode', @Value = 1");
    }
  });

  function createSqlClientFor(applicationName: string): SqlClient {
    return createSqlClient(parseConnectionString(database.current.connectionString, { applicationName }));
  }
});
