import { systemClock } from "@durable-host/engine";
import { createMssqlProvider } from "@durable-host/mssql";
import { silentLogger } from "@durable-host/testkit";
import { describeWithServer } from "../../packages/mssql/test/stand/server";
import { useDatabase } from "../../packages/mssql/test/stand/test-database";
import { InProcessHub, type App } from "./in-process-hub";

jest.setTimeout(60_000);

const app: App = {
  activities: { double: (input: number): number => 2 * input },
  orchestrators: {
    *wait({ df }) {
      df.setCustomStatus("waiting");
      return yield df.waitForExternalEvent("go");
    },
    *child({ df }) {
      return yield df.callActivity("double", df.getInput());
    },
    *parent({ df }) {
      const doubled: number = yield df.callActivity("double", 1);
      return yield df.callSubOrchestrator("child", doubled);
    },
    *generations({ df }) {
      const generation: number = df.getInput();
      df.setCustomStatus({ generation });
      if (generation === 1) df.setCustomStatus({ generation, changed: true });
      if (generation < 3) {
        df.continueAsNew(generation + 1);
        return undefined;
      }
      return yield df.waitForExternalEvent("go");
    },
  },
};

describeWithServer("what orchestrations leave in SQL Server", (server) => {
  const database = useDatabase(server);
  let hub: InProcessHub;

  beforeEach(async () => {
    hub = await InProcessHub.start(app, "verify", {
      limits: { storeInputs: true },
      store: () =>
        createMssqlProvider({
          connect: () => database.current.connect(),
          prepare: async () => ({ isUtf8: !database.current.isBabelfish }),
          hubName: "rows",
          clock: systemClock,
          logger: silentLogger,
          longestPollMs: 100,
        }),
    });
  });
  afterEach(() => hub.stop());

  const rows = async (sql: string) => (await database.current.client.query(sql)).sets[0] ?? [];

  it.each([false, true])(
    "is one termination, its reason the output, if suspended: %p [SQL20, SQL21]",
    async (suspended) => {
      const id = await hub.startUntil("wait", "waiting");
      if (suspended) {
        await hub.hub.suspend(id, "pause");
        await hub.until(id, ({ runtimeStatus }) => runtimeStatus === "Suspended");
      }
      await Promise.all([hub.hub.terminate(id, "enough"), hub.hub.terminate(id, "enough")]);
      expect(await hub.end(id)).toMatchObject({ runtimeStatus: "Terminated", output: "enough" });
      const events = await rows("SELECT EventType FROM dt.History WHERE EventType = 'ExecutionTerminated'");
      expect(events).toHaveLength(1);
    },
  );

  it("is a history with inputs and outputs in order, whose children are found by the ids of their events [SQL25, SQL38]", async () => {
    const { instanceId, output } = await hub.run("parent", null);
    expect(output).toBe("4");
    const history = await hub.hub.readHistory(instanceId);
    expect(history.filter(({ type }) => /^(Task|Sub|ExecutionC)/.test(type))).toMatchObject([
      { type: "TaskScheduled", eventId: 0, name: "double", input: "1" },
      { type: "TaskCompleted", taskScheduledId: 0, result: "2" },
      { type: "SubOrchestrationCreated", eventId: 1, name: "child", input: "2" },
      { type: "SubOrchestrationCompleted", taskScheduledId: 1, result: "4" },
      { type: "ExecutionCompleted", result: "4" },
    ]);
    // As monitors look for them (contract §1.6.7).
    const children = await rows(
      `SELECT P.EventType, C.InstanceID
       FROM dt.History AS P
         INNER JOIN dt.Instances AS I ON I.ParentInstanceID = P.InstanceID
         INNER JOIN dt.History AS C
           ON C.InstanceID = I.InstanceID AND C.EventType = 'ExecutionStarted' AND C.TaskID = P.TaskID
       WHERE P.InstanceID = '${instanceId}' AND P.EventType LIKE 'SubOrchestrationInstance%'
       ORDER BY P.SequenceNumber`,
    );
    const [created] = history.filter(({ type }) => type === "SubOrchestrationCreated");
    const { instanceId: child } = created as unknown as { readonly instanceId: string };
    expect(children).toEqual([
      { EventType: "SubOrchestrationInstanceCreated", InstanceID: child },
      { EventType: "SubOrchestrationInstanceCompleted", InstanceID: child },
    ]);
  });

  it("is the newest custom status, also of one that has continued as new, and no other [SQL36]", async () => {
    const id = await hub.startUntil("generations", { generation: 3 }, 1);
    const statuses = await rows(
      `SELECT P.[Text] FROM dt.Instances AS I
         INNER JOIN dt.Payloads AS P ON P.InstanceID = I.InstanceID AND P.PayloadID = I.CustomStatusPayloadID`,
    );
    expect(statuses).toEqual([{ Text: '{"generation":3}' }]);
    expect(await rows("SELECT [Text] FROM dt.Payloads WHERE [Text] LIKE '%\"generation\"%'")).toHaveLength(1);
    await hub.hub.raiseEvent(id, "go", null);
    expect(await hub.end(id)).toMatchObject({ runtimeStatus: "Completed", customStatus: '{"generation":3}' });
  });
});
