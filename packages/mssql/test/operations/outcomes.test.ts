import {
  aCommit,
  anActivityTask,
  anExecutionStarted,
  anExecutionTerminated,
  aTaskCompleted,
  useHub,
} from "@durable-host/testkit";
import type { Row } from "../../src/connection/sql-client";
import { aMssqlFixture } from "../mssql-fixture";
import { describeWithServer } from "../stand/server";
import { useDatabase } from "../stand/test-database";

jest.setTimeout(60_000);

const TRACE_PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

describeWithServer("rows of a hub", (server) => {
  const database = useDatabase(server);
  const hub = useHub(() => aMssqlFixture(database.current));
  const rows = async (sql: string): Promise<readonly Row[]> => (await database.current.client.query(sql)).sets[0] ?? [];

  it.each(["Completed", "Terminated"] as const)(
    "have no outcome for an execution that is %s: it goes with its task [SQL33]",
    async (runtimeStatus) => {
      await hub().createRunning("i1", { activities: [anActivityTask("i1", 1)] });
      const activity = await hub().lockOneActivity();
      await hub().provider.sendMessage({ instanceId: "i1", event: anExecutionTerminated() });
      const item = await hub().lockOne();
      const instance = { ...item.instance, runtimeStatus, completedAt: 5 };
      await hub().provider.commitOrchestration(item, aCommit(item, { instance }));
      await hub().provider.commitActivity(activity, aTaskCompleted(1));
      await expect(rows("SELECT EventType FROM dt.NewEvents")).resolves.toEqual([]);
      await expect(rows("SELECT TaskID FROM dt.NewTasks")).resolves.toEqual([]);
    },
  );

  it("keep the outcome for an execution that has failed, which may be rewound [SQL33]", async () => {
    await hub().createRunning("i1", { activities: [anActivityTask("i1", 1)] });
    const activity = await hub().lockOneActivity();
    await hub().provider.sendMessage({ instanceId: "i1", event: anExecutionTerminated() });
    const item = await hub().lockOne();
    const instance = { ...item.instance, runtimeStatus: "Failed" as const, completedAt: 5 };
    await hub().provider.commitOrchestration(item, aCommit(item, { instance }));
    await hub().provider.commitActivity(activity, aTaskCompleted(1));
    await expect(rows("SELECT EventType FROM dt.NewEvents")).resolves.toEqual([{ EventType: "TaskCompleted" }]);
  });

  it("have no outcome for an execution that has continued as new: it goes with its task [SQL33]", async () => {
    await hub().createRunning("i1", { activities: [anActivityTask("i1", 1)] });
    const activity = await hub().lockOneActivity();
    await hub().provider.sendMessage({ instanceId: "i1", event: anExecutionTerminated() });
    const item = await hub().lockOne();
    const instance = { ...item.instance, executionId: "i1-e2" };
    const history = { type: "replace", events: [] } as const;
    await hub().provider.commitOrchestration(item, aCommit(item, { instance, history }));
    await hub().provider.commitActivity(activity, aTaskCompleted(1));
    await expect(rows("SELECT EventType FROM dt.NewEvents")).resolves.toEqual([]);
    await expect(rows("SELECT TaskID FROM dt.NewTasks")).resolves.toEqual([]);
  });

  it("hold one termination, however many are sent before it is handled [SQL21]", async () => {
    await hub().createRunning("i1");
    for (const reason of ["first", "second"]) {
      await expect(
        hub().provider.sendMessage({ instanceId: "i1", event: anExecutionTerminated(reason) }),
      ).resolves.toBe(true);
    }
    await expect(
      rows("SELECT P.[Text] FROM dt.NewEvents E INNER JOIN dt.Payloads P ON P.PayloadID = E.PayloadID"),
    ).resolves.toEqual([{ Text: "first" }]);
  });

  it("keep a trace context as it is, on two lines, from the start to the history [SQL41]", async () => {
    const traceContext = { traceParent: TRACE_PARENT, traceState: "vendor=a b;c,other@sys=1" };
    await hub().create("i1", { traceContext });
    const columns = () => rows("SELECT TraceContext FROM dt.NewEvents UNION ALL SELECT TraceContext FROM dt.History");
    const stored = { TraceContext: `${TRACE_PARENT}\nvendor=a b;c,other@sys=1` };
    await expect(columns()).resolves.toEqual([stored]);
    const item = await hub().lockOne();
    expect(item.messages).toMatchObject([{ event: { traceContext } }]);
    const events = item.messages.map(({ event }) => event);
    await hub().provider.commitOrchestration(item, aCommit(item, { history: { type: "append", events } }));
    await expect(columns()).resolves.toEqual([stored]);
    expect((await hub().provider.readHistory("i1"))[0]).toMatchObject({ traceContext });
  });

  it("tell of a trace context without the entry that Microsoft's provider adds [SQL41]", async () => {
    await hub().create("i1");
    const theirs = `${TRACE_PARENT}' + CHAR(10) + 'durabletask-mssql=id:1;span:2,vendor=x`;
    await database.current.client.batch(
      `UPDATE dt.Payloads SET HostData = NULL; UPDATE dt.NewEvents SET TraceContext = '${theirs}'`,
    );
    const [message] = (await hub().lockOne()).messages;
    expect(message?.event).toMatchObject({ traceContext: { traceParent: TRACE_PARENT, traceState: "vendor=x" } });
  });

  it("tell of failures as .NET writes them, with details and in the older form [SQL42]", async () => {
    await hub().createRunning("i1");
    const details = JSON.stringify({
      ErrorType: "System.Exception",
      ErrorMessage: "no stock",
      StackTrace: "at x",
      IsNonRetriable: true,
    });
    await database.current.client.batch(
      `INSERT INTO dt.Payloads (TaskHub, InstanceID, PayloadID, [Text], Reason) VALUES
         ('contract', 'i1', '11111111-1111-1111-1111-111111111111', '${details}', NULL),
         ('contract', 'i1', '22222222-2222-2222-2222-222222222222', 'System.Exception: no stock', 'no stock');
       INSERT INTO dt.History (TaskHub, InstanceID, ExecutionID, SequenceNumber, EventType, TaskID, DataPayloadID) VALUES
         ('contract', 'i1', 'i1-e1', 10, 'TaskFailed', 1, '11111111-1111-1111-1111-111111111111'),
         ('contract', 'i1', 'i1-e1', 11, 'TaskFailed', 2, '22222222-2222-2222-2222-222222222222')`,
    );
    const failures = (await hub().provider.readHistory("i1")).filter(({ type }) => type === "TaskFailed");
    expect(failures).toMatchObject([
      {
        reason: "no stock",
        failureDetails: {
          errorType: "System.Exception",
          errorMessage: "no stock",
          stackTrace: "at x",
          isNonRetriable: true,
        },
      },
      { reason: "no stock", details: "System.Exception: no stock" },
    ]);
  });

  it("hold failures as .NET reads them [SQL42]", async () => {
    const failureDetails = {
      ...{ errorType: "Error", errorMessage: "no stock", stackTrace: "at x", isNonRetriable: false },
      ...{ innerFailure: null, properties: null },
    };
    await hub().createRunning("i1", { activities: [anActivityTask("i1", 1)] });
    const failed = {
      type: "TaskFailed",
      timestamp: 5,
      taskScheduledId: 1,
      reason: "no stock",
      details: "at x",
      failureDetails,
    } as const;
    await hub().provider.commitActivity(await hub().lockOneActivity(), failed);
    const [row] = await rows(
      `SELECT P.[Text], P.Reason FROM dt.NewEvents AS E INNER JOIN dt.Payloads AS P ON P.PayloadID = E.PayloadID`,
    );
    expect(row?.["Reason"]).toBe("no stock");
    expect(JSON.parse(String(row?.["Text"]))).toEqual({
      ...{ ErrorType: "Error", ErrorMessage: "no stock", StackTrace: "at x", IsNonRetriable: false },
    });
    expect((await hub().lockOne()).messages).toMatchObject([{ event: failed }]);
  });

  it("begin anew with a start that brings no trace context [SQL41]", async () => {
    await hub().provider.createInstance(anExecutionStarted("i1"), new Set());
    await expect(rows("SELECT TraceContext FROM dt.NewEvents")).resolves.toEqual([{ TraceContext: null }]);
  });
});
