import type { HistoryEvent } from "@durable-host/engine";
import { callApi } from "./call-api";
import { FakeTaskHub, T0 } from "./fake-task-hub";

const HISTORY: readonly HistoryEvent[] = [
  { type: "OrchestratorStarted", timestamp: T0 },
  {
    type: "ExecutionStarted",
    timestamp: T0,
    name: "hello",
    version: "",
    input: '"Tokyo"',
    instance: { instanceId: "i1", executionId: "e1" },
  },
  { type: "TaskScheduled", timestamp: T0 + 1, eventId: 0, name: "say", input: '["Tokyo"]' },
  { type: "TimerCreated", timestamp: T0 + 1, eventId: 1, fireAt: T0 + 100 },
  { type: "OrchestratorCompleted", timestamp: T0 + 2 },
  { type: "TaskCompleted", timestamp: T0 + 3, taskScheduledId: 0, result: '{"a":1}' },
  { type: "TaskScheduled", timestamp: T0 + 4, eventId: 2, name: "open", input: null },
  { type: "ExecutionCompleted", timestamp: T0 + 5, eventId: 3, status: "Completed", result: "7" },
];

describe("GET /instances/{id}", () => {
  it.each(["Pending", "Running", "ContinuedAsNew", "Suspended"] as const)(
    "answers 202 with where and when to look again for %s",
    async (runtimeStatus) => {
      const answer = await callApi(new FakeTaskHub().add({ runtimeStatus }), "GET /instances/i1?taskHub=orders");
      expect(answer.status).toBe(202);
      expect(answer.headers).toMatchObject({
        Location: "http://localhost:7071/runtime/webhooks/durabletask/instances/i1?taskHub=orders",
        "Retry-After": "5",
      });
    },
  );

  it("answers a completed instance with whole seconds and its payloads as JSON [DF17]", async () => {
    const hub = new FakeTaskHub().add({
      runtimeStatus: "Completed",
      output: '["a",{"b":2}]',
      customStatus: '{"step":3}',
    });
    const answer = await callApi(hub, "GET /instances/i1");
    expect(answer.status).toBe(200);
    expect(answer.headers).toEqual({ "Content-Type": "application/json; charset=utf-8" });
    expect(answer.json).toEqual({
      name: "hello",
      instanceId: "i1",
      runtimeStatus: "Completed",
      input: { city: "Tokyo" },
      customStatus: { step: 3 },
      output: ["a", { b: 2 }],
      createdTime: "2026-01-02T03:04:05Z",
      lastUpdatedTime: "2026-01-02T03:04:06Z",
    });
  });

  it("keeps numbers that JavaScript cannot hold", async () => {
    const hub = new FakeTaskHub().add({ runtimeStatus: "Completed", output: "12345678901234567890" });
    expect((await callApi(hub, "GET /instances/i1")).text).toContain('"output":12345678901234567890');
  });

  it("hides the input on demand [DF13]", async () => {
    const answer = await callApi(new FakeTaskHub().add(), "GET /instances/i1?showInput=False");
    expect(answer.json).toMatchObject({ input: null });
  });

  it("shows a termination reason as text, and as JSON when it is JSON", async () => {
    const hub = new FakeTaskHub()
      .add({ instanceId: "text", runtimeStatus: "Terminated", output: 'no "need"' })
      .add({ instanceId: "json", runtimeStatus: "Terminated", output: '{"why":1}' });
    expect((await callApi(hub, "GET /instances/text")).json).toMatchObject({ output: 'no "need"' });
    expect((await callApi(hub, "GET /instances/json")).json).toMatchObject({ output: { why: 1 } });
  });

  it.each([
    ["", 200],
    ["?returnInternalServerErrorOnFailure=true", 500],
  ])("answers a failed instance (query '%s': %i)", async (query, status) => {
    const hub = new FakeTaskHub().add({ runtimeStatus: "Failed", output: "boom" });
    expect(await callApi(hub, `GET /instances/i1${query}`)).toMatchObject({ status, json: { output: "boom" } });
  });

  it("answers 404 without a body for an unknown instance", async () => {
    expect(await callApi(new FakeTaskHub(), "GET /instances/i1")).toMatchObject({ status: 404, text: undefined });
  });

  it("decodes the id in the path", async () => {
    const hub = new FakeTaskHub().add({ instanceId: "@counter@a b" });
    expect((await callApi(hub, "GET /instances/%40counter%40a%20b")).status).toBe(202);
  });

  it("answers 400 for a broken percent-encoding", async () => {
    expect((await callApi(new FakeTaskHub(), "GET /instances/%zz")).status).toBe(400);
  });
});

describe("GET /instances/{id}?showHistory", () => {
  const hub = () => {
    const fake = new FakeTaskHub().add({ runtimeStatus: "Completed" });
    fake.histories.set("i1", HISTORY);
    return fake;
  };
  const time = (offset: number) => new Date(T0 + offset).toISOString();

  it("merges what was scheduled into its completion and leaves out the frame of episodes", async () => {
    const answer = await callApi(hub(), "GET /instances/i1?showHistory=true&showInput=false");
    expect(answer.json).toMatchObject({
      historyEvents: [
        { EventType: "ExecutionStarted", Timestamp: time(0), FunctionName: "hello" },
        { EventType: "TimerCreated", Timestamp: time(1), FireAt: time(100) },
        { EventType: "TaskCompleted", Timestamp: time(3), ScheduledTime: time(1), FunctionName: "say" },
        { EventType: "TaskScheduled", Timestamp: time(4), Name: "open" },
        { EventType: "ExecutionCompleted", Timestamp: time(5), OrchestrationStatus: "Completed" },
      ],
    });
    expect(answer.text).not.toMatch(/"Result"|"Input"|EventId|TaskScheduledId|OrchestratorStarted/);
  });

  it("adds results and inputs on demand", async () => {
    const answer = await callApi(hub(), "GET /instances/i1?showHistory=true&showHistoryOutput=true");
    expect(answer.json).toMatchObject({
      historyEvents: [
        { EventType: "ExecutionStarted", Input: "Tokyo" },
        { EventType: "TimerCreated" },
        { EventType: "TaskCompleted", Result: { a: 1 }, Input: ["Tokyo"] },
        { EventType: "TaskScheduled" },
        { EventType: "ExecutionCompleted", Result: 7 },
      ],
    });
  });

  it("names sub-orchestrations and failures as the wire does", async () => {
    const fake = new FakeTaskHub().add();
    const failure = {
      errorType: "Error",
      errorMessage: "boom",
      stackTrace: null,
      innerFailure: null,
      isNonRetriable: false,
      properties: { code: 7 },
    };
    fake.histories.set("i1", [
      { type: "SubOrchestrationCreated", timestamp: T0, eventId: 0, name: "child", instanceId: "c1", input: null },
      { type: "SubOrchestrationCreated", timestamp: T0, eventId: 1, name: "child", instanceId: "c2", input: null },
      {
        type: "SubOrchestrationFailed",
        timestamp: T0 + 1,
        taskScheduledId: 0,
        reason: "child failed",
        details: "more",
        failureDetails: failure,
      },
    ]);
    const answer = await callApi(fake, "GET /instances/i1?showHistory=true");
    expect(answer.json).toMatchObject({
      historyEvents: [
        { EventType: "SubOrchestrationInstanceCreated", Name: "child", InstanceId: "c2" },
        {
          EventType: "SubOrchestrationInstanceFailed",
          FunctionName: "child",
          Reason: "child failed",
          Details: "more",
          FailureDetails: { ErrorType: "Error", ErrorMessage: "boom", IsNonRetriable: false, Properties: { code: 7 } },
        },
      ],
    });
  });

  it("is absent while the instance is pending", async () => {
    const answer = await callApi(
      new FakeTaskHub().add({ runtimeStatus: "Pending" }),
      "GET /instances/i1?showHistory=true",
    );
    expect(answer.json).not.toHaveProperty("historyEvents");
  });
});
