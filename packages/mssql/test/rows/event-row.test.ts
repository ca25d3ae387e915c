import type { HistoryEvent } from "@durable-host/engine";
import { aTaskCompleted, aTaskScheduled, anEventRaised, anExecutionStarted, BUILT_AT } from "@durable-host/testkit";
import fc from "fast-check";
import { decodeEvent, encodeEvent, type EventOwner, type EventRow } from "../../src/rows/event-row";
import { EVENTS_BY_TYPE } from "./any-event";
import { asStored } from "./lossy-columns";

const OWNER: EventOwner = {
  instanceId: "i1",
  executionId: "e1",
  version: "of the instance",
  parentInstanceId: "parent of the instance",
  tags: { of: "the instance" },
  childInstanceIds: new Map([[4, "child-4"]]),
};

/** A row as Microsoft's provider writes it. */
function aRow(eventType: string, cells: Partial<EventRow> = {}): EventRow {
  return {
    eventType,
    taskId: null,
    name: null,
    runtimeStatus: null,
    timestamp: BUILT_AT,
    visibleTime: null,
    executionId: "e1",
    text: null,
    reason: null,
    hostData: null,
    traceContext: null,
    isPlayed: false,
    ...cells,
  };
}

function decoded(row: EventRow, owner: EventOwner = OWNER): HistoryEvent {
  const result = decodeEvent(row, owner);
  if (result.type !== "event") throw new Error(`${row.eventType} was ${JSON.stringify(result)}`);
  return result.event;
}

function ownerOf(event: HistoryEvent): EventOwner {
  return event.type === "ExecutionStarted" ? { ...OWNER, instanceId: event.instance.instanceId } : OWNER;
}

describe("encoding and decoding", () => {
  describe.each([true, false])("in a database whose collation is UTF-8: %p", (isUtf8) => {
    it.each(Object.entries(EVENTS_BY_TYPE))(
      "gives back every %s exactly [SQL11, SQL38, SQL41, SQL42]",
      (_type, events) => {
        fc.assert(
          fc.property(events, (event) => {
            const row = asStored(encodeEvent(event, { isUtf8 }), isUtf8);
            expect(decoded(row, ownerOf(event))).toEqual(event);
          }),
          { numRuns: 150 },
        );
      },
    );
  });

  it("needs no HostData for what the columns hold", () => {
    const events: HistoryEvent[] = [
      { type: "OrchestratorStarted", timestamp: 1 },
      { type: "OrchestratorCompleted", timestamp: 1 },
      { type: "ExecutionCompleted", timestamp: 1, eventId: 1, status: "Completed", result: '"😀"' },
      { type: "ExecutionTerminated", timestamp: 1, reason: "enough" },
      { type: "ExecutionSuspended", timestamp: 1, reason: "wait" },
      { type: "ExecutionResumed", timestamp: 1, reason: "" },
      aTaskScheduled(1, { traceContext: { traceParent: "00-1", traceState: "a=1, b=2" } }),
      aTaskCompleted(1),
      { type: "TaskFailed", timestamp: 1, taskScheduledId: 1, reason: "no", details: "no at line 1" },
      { type: "SubOrchestrationCompleted", timestamp: 1, taskScheduledId: 1, result: null },
      { type: "SubOrchestrationFailed", timestamp: 1, taskScheduledId: 1, reason: "no", details: "no" },
      { type: "TimerCreated", timestamp: 1, eventId: 1, fireAt: 5 },
      { type: "TimerFired", timestamp: 1, timerId: 1, fireAt: 5 },
      anEventRaised("go", { input: "1" }),
      { type: "ContinueAsNew", timestamp: 1, eventId: 1, result: "1" },
    ];
    expect(events.map((event) => encodeEvent(event).hostData)).toEqual(events.map(() => null));
  });

  it("takes nothing for a start of its own from the instance, which may have been replaced since", () => {
    const start = anExecutionStarted("i1");
    expect(decoded(encodeEvent(start))).toEqual(start);
  });

  it("keeps in HostData only what the columns cannot say", () => {
    const row = encodeEvent({
      type: "SubOrchestrationCreated",
      timestamp: 1,
      eventId: 4,
      name: "child",
      instanceId: "c",
      input: '"long"',
    });
    expect(JSON.parse(row.hostData ?? "")).toEqual({ event: { set: { instanceId: "c" } } });
  });

  it("stores a time between milliseconds no earlier, and reads it exactly", () => {
    const row = encodeEvent({ type: "TimerCreated", timestamp: 1.5, eventId: 1, fireAt: 2.25 });
    expect(row).toMatchObject({ timestamp: 2, visibleTime: 3 });
    expect(decoded(row)).toMatchObject({ timestamp: 1.5, fireAt: 2.25 });
  });
});

describe("Microsoft's columns", () => {
  const failureDetails = {
    errorType: "TypeError",
    errorMessage: "no",
    stackTrace: null,
    innerFailure: null,
    isNonRetriable: true,
    properties: null,
  };
  const timestamp = 7;
  const json = '{"ErrorType":"TypeError","ErrorMessage":"no","IsNonRetriable":true}';
  const trace = { traceParent: "00-1", traceState: "a=1" };
  const parent = { instanceId: "p", executionId: "pe", name: "root", taskScheduledId: 3 };
  const table: readonly (readonly [HistoryEvent, Partial<EventRow>])[] = [
    [
      { type: "OrchestratorStarted", timestamp },
      { eventType: "OrchestratorStarted", isPlayed: false, taskId: null },
    ],
    [
      { type: "OrchestratorCompleted", timestamp },
      { eventType: "OrchestratorCompleted", isPlayed: false },
    ],
    [
      anExecutionStarted("i1", { input: "1", parent, traceContext: trace, timestamp }),
      { taskId: 3, name: "order", text: "1", executionId: "i1-e1", traceContext: "00-1\na=1", isPlayed: true },
    ],
    [anExecutionStarted("i1", { timestamp }), { eventType: "ExecutionStarted", taskId: null, runtimeStatus: null }],
    [
      { type: "ExecutionCompleted", timestamp, eventId: 5, status: "Completed", result: "2" },
      { eventType: "ExecutionCompleted", taskId: 5, runtimeStatus: "Completed", text: "2", isPlayed: false },
    ],
    [
      { type: "ExecutionCompleted", timestamp, eventId: 5, status: "Failed", result: "no", failureDetails },
      { runtimeStatus: "Failed", text: json, hostData: null },
    ],
    [
      { type: "ExecutionTerminated", timestamp, reason: "r" },
      { text: "r", taskId: null, isPlayed: true },
    ],
    [
      { type: "ExecutionSuspended", timestamp, reason: "r" },
      { eventType: "ExecutionSuspended", isPlayed: true },
    ],
    [
      { type: "ExecutionResumed", timestamp, reason: "r" },
      { eventType: "ExecutionResumed", isPlayed: true },
    ],
    [
      { type: "ExecutionRewound", timestamp, reason: "r" },
      { eventType: "GenericEvent", text: "r" },
    ],
    [
      { type: "TaskScheduled", timestamp, eventId: 2, name: "ship", input: "1" },
      { eventType: "TaskScheduled", taskId: 2, name: "ship", text: "1", isPlayed: false },
    ],
    [aTaskCompleted(2, { result: "1" }), { eventType: "TaskCompleted", taskId: 2, text: "1", isPlayed: true }],
    [
      { type: "TaskFailed", timestamp, taskScheduledId: 2, reason: "no", details: "no at 1" },
      { eventType: "TaskFailed", taskId: 2, reason: "no", text: "no at 1", isPlayed: true },
    ],
    [
      { type: "TaskFailed", timestamp, taskScheduledId: 2, reason: "no", details: "no", failureDetails },
      { reason: "no", text: json, hostData: null },
    ],
    [
      { type: "SubOrchestrationCreated", timestamp, eventId: 4, name: "child", instanceId: "c", input: null },
      { eventType: "SubOrchestrationInstanceCreated", taskId: 4, name: "child", text: null, isPlayed: false },
    ],
    [
      { type: "SubOrchestrationCompleted", timestamp, taskScheduledId: 4, result: "1" },
      { eventType: "SubOrchestrationInstanceCompleted", taskId: 4, text: "1", isPlayed: true },
    ],
    [
      { type: "SubOrchestrationFailed", timestamp, taskScheduledId: 4, reason: "no", details: "d" },
      { eventType: "SubOrchestrationInstanceFailed", taskId: 4, reason: "no", text: "d", isPlayed: true },
    ],
    [
      { type: "TimerCreated", timestamp, eventId: 6, fireAt: 99 },
      { eventType: "TimerCreated", taskId: 6, visibleTime: 99, text: null, isPlayed: false },
    ],
    [
      { type: "TimerFired", timestamp, timerId: 6, fireAt: 99 },
      { eventType: "TimerFired", taskId: 6, visibleTime: 99, isPlayed: true },
    ],
    [
      { type: "EventSent", timestamp, eventId: 8, instanceId: "@counter@a", name: "op", input: "{}" },
      { eventType: "EventSent", taskId: 8, name: "op", text: "{}", isPlayed: false },
    ],
    [
      anEventRaised("go", { input: "1" }),
      { eventType: "EventRaised", taskId: null, name: "go", text: "1", isPlayed: true },
    ],
    [
      { type: "ContinueAsNew", timestamp, eventId: 9, result: "1" },
      { eventType: "ContinueAsNew", taskId: 9, text: "1" },
    ],
  ];

  it.each(table)("hold %j as Microsoft's provider would [SQL38, SQL42, SQL43]", (event, columns) => {
    expect(encodeEvent(event)).toMatchObject(columns);
  });

  it("leaves an overlong tracestate out of the column, and gives it back all the same [SQL41]", () => {
    const traceContext = { traceParent: "00-1", traceState: `a=${"x".repeat(900)}` };
    const event = anEventRaised("go", { traceContext });
    expect(encodeEvent(event).traceContext).toBe("00-1");
    expect(decoded(encodeEvent(event))).toEqual(event);
  });

  it.each([
    ["a name", aTaskScheduled(1, { name: "ü".repeat(151) })],
    ["an event's name", anEventRaised("x".repeat(301))],
    ["an execution id", anExecutionStarted("i1", { executionId: "x".repeat(51) })],
  ])("refuses %s longer than its column instead of cutting it [SQL12]", (_what, event) => {
    expect(() => encodeEvent(event)).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
  });

  it.each([NaN, Infinity])("refuses the time %p", (time) => {
    const event: HistoryEvent = { type: "TimerCreated", timestamp: 1, eventId: 1, fireAt: time };
    expect(() => encodeEvent(event)).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
  });
});

describe("rows of Microsoft's provider", () => {
  it("takes a start's version, tags and parent from the instance [SQL38, SQL40]", () => {
    const row = aRow("ExecutionStarted", { name: "order", taskId: 3, text: "1", visibleTime: 9, executionId: null });
    expect(decoded(row)).toEqual({
      type: "ExecutionStarted",
      timestamp: BUILT_AT,
      name: "order",
      version: "of the instance",
      input: "1",
      instance: { instanceId: "i1", executionId: "e1" },
      parent: { instanceId: "parent of the instance", executionId: "", name: "", taskScheduledId: 3 },
      tags: { of: "the instance" },
      scheduledStartTime: 9,
    });
  });

  it("reads failure details as JSON [SQL42]", () => {
    const text =
      '{"ErrorType":"System.InvalidOperationException","ErrorMessage":"no","StackTrace":"at A","InnerFailure":' +
      '{"ErrorType":"B","ErrorMessage":"why"},"IsNonRetriable":false,"Properties":{"code":3}}';
    expect(decoded(aRow("TaskFailed", { taskId: 1, text, reason: null }))).toEqual({
      type: "TaskFailed",
      timestamp: BUILT_AT,
      taskScheduledId: 1,
      reason: "no",
      details: "at A",
      failureDetails: {
        errorType: "System.InvalidOperationException",
        errorMessage: "no",
        stackTrace: "at A",
        innerFailure: {
          errorType: "B",
          errorMessage: "why",
          stackTrace: null,
          innerFailure: null,
          isNonRetriable: false,
          properties: null,
        },
        isNonRetriable: false,
        properties: { code: 3 },
      },
    });
  });

  it.each([
    [
      { reason: "no", text: "System.Exception: no" },
      { reason: "no", details: "System.Exception: no" },
    ],
    [{ reason: "no", text: '{"$type":"System.Exception","Message":"no"}' }, { reason: "no" }],
    [
      { reason: "no", text: "{broken" },
      { reason: "no", details: "{broken" },
    ],
    [{ reason: "no" }, { reason: "no", details: "no" }],
    [{ text: "no" }, { reason: "no", details: "no" }],
    [{}, { reason: "", details: "" }],
  ])("reads the legacy failure %j [SQL42]", (cells, failure) => {
    const event = decoded(aRow("SubOrchestrationInstanceFailed", { taskId: 1, ...cells }));
    expect(event).toMatchObject({ type: "SubOrchestrationFailed", ...failure });
    expect(event).not.toHaveProperty("failureDetails");
  });

  it("reads a failed end, of either form [SQL42]", () => {
    const cells = { taskId: 2, runtimeStatus: "Failed" };
    const json = '{"ErrorType":"E","ErrorMessage":"no"}';
    expect(decoded(aRow("ExecutionCompleted", { ...cells, text: json }))).toMatchObject({
      status: "Failed",
      result: "no",
      failureDetails: { errorType: "E" },
    });
    expect(decoded(aRow("ExecutionCompleted", { ...cells, text: "no" }))).toEqual({
      type: "ExecutionCompleted",
      timestamp: BUILT_AT,
      eventId: 2,
      status: "Failed",
      result: "no",
    });
  });

  it("takes Microsoft's entry out of the tracestate, wherever it stands, and nothing else [SQL41]", () => {
    const traceOf = (traceContext: string) => {
      const event = decoded(aRow("EventRaised", { name: "go", traceContext }));
      return event.type === "EventRaised" ? event.traceContext : undefined;
    };
    const traceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const vendor = "durabletask-mssql=id:00-1-2-01;span:b7ad";
    expect(traceOf(traceParent)).toEqual({ traceParent });
    expect(traceOf(`${traceParent}\na=1, b=2`)).toEqual({ traceParent, traceState: "a=1, b=2" });
    expect(traceOf(`${traceParent}\n${vendor}`)).toEqual({ traceParent });
    expect(traceOf(`${traceParent}\n${vendor},a=1, b=2`)).toEqual({ traceParent, traceState: "a=1, b=2" });
    expect(traceOf(`${traceParent}\na=1, ${vendor}`)).toEqual({ traceParent, traceState: "a=1" });
    expect(traceOf("durabletask-mssql=client:b7ad")).toBeUndefined();
    expect(traceOf("")).toBeUndefined();
  });

  it("finds a child's id among the instance's children, and leaves it empty where it is not known [SQL38]", () => {
    const row = aRow("SubOrchestrationInstanceCreated", { name: "child", traceContext: "durabletask-mssql=client:1" });
    expect(decoded({ ...row, taskId: 4 })).toMatchObject({ type: "SubOrchestrationCreated", instanceId: "child-4" });
    expect(decoded({ ...row, taskId: 5 })).toMatchObject({ eventId: 5, instanceId: "" });
  });

  it("reads an event that was sent, without its target", () => {
    expect(decoded(aRow("EventSent", { taskId: 1, name: "op", text: "{}" }))).toEqual({
      type: "EventSent",
      timestamp: BUILT_AT,
      eventId: 1,
      instanceId: "",
      name: "op",
      input: "{}",
    });
  });

  it("does not take the instance's version for that of an activity", () => {
    expect(decoded(aRow("TaskScheduled", { taskId: 1, name: "ship" }))).toEqual({
      type: "TaskScheduled",
      timestamp: BUILT_AT,
      eventId: 1,
      name: "ship",
      input: null,
    });
  });

  it("takes a missing task id for -1, as Microsoft's reader does", () => {
    expect(decoded(aRow("ContinueAsNew", { text: "1" }))).toMatchObject({ eventId: -1, result: "1" });
  });

  it("takes generic events for what a rewind by Microsoft's provider leaves behind [SQL26]", () => {
    const rewound = (reason: string | null) => ({
      type: "event",
      event: { type: "ExecutionRewound", timestamp: BUILT_AT, reason },
    });
    expect(decodeEvent(aRow("GenericEvent", { text: "try again" }), OWNER)).toEqual(rewound("try again"));
    const takenBack = { taskId: 3, name: "ship", text: "its input", reason: "Rewound: TaskScheduled" };
    expect(decodeEvent(aRow("GenericEvent", takenBack), OWNER)).toEqual(rewound("Rewound: TaskScheduled"));
    const ours = { ...takenBack, hostData: '{"event":{"set":{"eventId":3}}}' };
    expect(decodeEvent(aRow("GenericEvent", ours), OWNER)).toEqual(rewound("Rewound: TaskScheduled"));
  });

  it.each([
    ["an unknown type", aRow("ExecutionExploded"), /ExecutionExploded.*unknown type/],
    ["a type that is never stored", aRow("HistoryState"), /HistoryState.*unknown type/],
    ["a name of an event of the engine's own", aRow("SubOrchestrationCreated"), /unknown type/],
    ["an end in an unknown status", aRow("ExecutionCompleted", { runtimeStatus: "Lost" }), /status 'Lost'/],
    ["an end in no status", aRow("ExecutionCompleted"), /status ''/],
    ["HostData that is no JSON", aRow("TaskCompleted", { hostData: "{" }), /HostData of a TaskCompleted/],
    ["HostData that is no object", aRow("TaskCompleted", { hostData: "[]" }), /no JSON object/],
  ])("reports %s instead of throwing [SQL44]", (_what, row, problem) => {
    expect(decodeEvent(row, OWNER)).toEqual({ type: "unreadable", problem: expect.stringMatching(problem) as string });
  });
});
