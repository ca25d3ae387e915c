import { checkHub } from "@durable-host/testkit";
import { readHub } from "./read-hub";
import { describeWithServer } from "./server";
import { useDatabase } from "./test-database";

describeWithServer("reading a hub for the checker", (server) => {
  const database = useDatabase(server);

  beforeEach(async () => {
    await database.current.client.batch(`
      INSERT INTO dt.Instances (TaskHub, InstanceID, ExecutionID, Name, RuntimeStatus)
      VALUES ('hub', 'i', 'e1', 'Any', 'Running'), ('other', 'j', 'e2', 'Any', 'Running');
      INSERT INTO dt.History (TaskHub, InstanceID, ExecutionID, SequenceNumber, EventType, TaskID)
      VALUES ('hub', 'i', 'e1', 0, 'OrchestratorStarted', NULL), ('hub', 'i', 'e1', 1, 'ExecutionStarted', NULL),
        ('hub', 'i', 'e1', 2, 'TaskScheduled', 0), ('hub', 'i', 'e1', 3, 'OrchestratorCompleted', NULL);
      INSERT INTO dt.NewEvents (TaskHub, InstanceID, EventType, Name) VALUES ('hub', 'i', 'EventRaised', 'go');
      INSERT INTO dt.NewTasks (TaskHub, InstanceID, ExecutionID, TaskID) VALUES ('hub', 'i', 'e1', 0);`);
  });

  it("finds its rows and no others", async () => {
    const hub = await readHub(database.current.client, "hub");

    expect(hub.instances).toEqual([{ instanceId: "i", executionId: "e1", status: "Running" }]);
    expect(hub.history).toHaveLength(4);
    expect(hub.history).toContainEqual({
      ...{ instanceId: "i", executionId: "e1", sequenceNumber: 2 },
      ...{ type: "TaskScheduled", taskId: 0 },
    });
    expect(hub.messages).toEqual([{ instanceId: "i", type: "EventRaised" }]);
    expect(hub.tasks).toEqual([{ instanceId: "i", executionId: "e1", taskId: 0 }]);
    expect(checkHub(hub)).toEqual([]);
  });

  it("lets the checker see what is lost", async () => {
    await database.current.client.batch("DELETE FROM dt.NewTasks");

    expect(checkHub(await readHub(database.current.client, "hub"))).toEqual([
      { instanceId: "i", problem: "has lost activity 0: neither queued nor answered" },
    ]);
  });
});
