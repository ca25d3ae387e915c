import { executedOrder, type HistoryEvent } from "@durable-host/engine";
import { HistoryToProto, type HistoryReader } from "../../src/convert/history";
import { historyChunks } from "../../src/convert/history-chunks";
import { onTheWire } from "./on-the-wire";

const AT = Date.UTC(2030, 0, 1, 12, 0, 0, 123);

function shown(reader: HistoryReader, history: readonly HistoryEvent[]) {
  // What the SDKs read of an event is the same as its plain object, without the many fields that are unset.
  return new HistoryToProto(reader).convert(history).map((event) => withoutUnset(onTheWire(event).toObject()));
}

function withoutUnset(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUnset);
  if (typeof value !== "object" || value === null) return value;
  const set = Object.entries(value).filter(
    ([, field]) => field !== undefined && !(Array.isArray(field) && field.length === 0),
  );
  return Object.fromEntries(set.map(([name, field]) => [name, withoutUnset(field)]));
}

const TIME = { seconds: Math.floor(AT / 1000), nanos: 123_000_000 };

describe("a history as a message", () => {
  it("has a start with all that is known of it", () => {
    const start: HistoryEvent = {
      type: "ExecutionStarted",
      timestamp: AT,
      name: "order",
      version: "1.2",
      input: '""',
      instance: { instanceId: "child", executionId: "e2" },
      parent: { instanceId: "parent", executionId: "e1", name: "main", taskScheduledId: 4 },
      tags: { region: "eu" },
      traceContext: {
        traceParent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        traceState: "a=b",
      },
      scheduledStartTime: AT + 1,
    };

    expect(shown("worker", [start])).toEqual([
      {
        eventid: -1,
        timestamp: TIME,
        executionstarted: {
          name: "order",
          version: { value: "1.2" },
          input: { value: '""' },
          orchestrationinstance: { instanceid: "child", executionid: { value: "e2" } },
          parentinstance: {
            taskscheduledid: 4,
            name: { value: "main" },
            orchestrationinstance: { instanceid: "parent", executionid: { value: "e1" } },
          },
          scheduledstarttimestamp: { seconds: TIME.seconds, nanos: 124_000_000 },
          parenttracecontext: {
            traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            spanid: "b7ad6b7169203331",
            tracestate: { value: "a=b" },
          },
          tagsMap: [["region", "eu"]],
        },
      },
    ]);
  });

  it("refers from answers to what was asked for, which alone has ids of its own [GR23, GR24]", () => {
    const history: readonly HistoryEvent[] = [
      { type: "OrchestratorStarted", timestamp: AT },
      { type: "TaskScheduled", timestamp: AT, eventId: 0, name: "ship", version: "2", input: "1", tags: { a: "b" } },
      { type: "SubOrchestrationCreated", timestamp: AT, eventId: 1, name: "sub", instanceId: "c", input: null },
      { type: "TimerCreated", timestamp: AT, eventId: 2, fireAt: AT },
      { type: "EventSent", timestamp: AT, eventId: 3, instanceId: "other", name: "hi", input: null },
      { type: "OrchestratorCompleted", timestamp: AT },
      { type: "OrchestratorStarted", timestamp: AT },
      { type: "TaskCompleted", timestamp: AT, taskScheduledId: 0, result: "null" },
      { type: "SubOrchestrationCompleted", timestamp: AT, taskScheduledId: 1, result: null },
      { type: "TimerFired", timestamp: AT, timerId: 2, fireAt: AT },
      { type: "EventRaised", timestamp: AT, name: "Go", input: "" },
    ];

    expect(shown("worker", history)).toEqual([
      { eventid: -1, timestamp: TIME, orchestratorstarted: {} },
      {
        eventid: 0,
        timestamp: TIME,
        taskscheduled: { name: "ship", version: { value: "2" }, input: { value: "1" }, tagsMap: [["a", "b"]] },
      },
      { eventid: 1, timestamp: TIME, suborchestrationinstancecreated: { instanceid: "c", name: "sub" } },
      { eventid: 2, timestamp: TIME, timercreated: { fireat: TIME } },
      { eventid: 3, timestamp: TIME, eventsent: { instanceid: "other", name: "hi" } },
      { eventid: -1, timestamp: TIME, orchestratorstarted: {} },
      { eventid: -1, timestamp: TIME, taskcompleted: { taskscheduledid: 0, result: { value: "null" } } },
      { eventid: -1, timestamp: TIME, suborchestrationinstancecompleted: { taskscheduledid: 1 } },
      { eventid: -1, timestamp: TIME, timerfired: { timerid: 2, fireat: TIME } },
      { eventid: -1, timestamp: TIME, eventraised: { name: "Go", input: { value: "" } } },
    ]);
  });

  it("describes failures as data, those of a functions app in its words [GR27]", () => {
    const inner = {
      errorType: "IOError",
      errorMessage: "disk",
      stackTrace: null,
      innerFailure: null,
      isNonRetriable: false,
      properties: { code: 5, path: ["a", null], nested: { deep: true } },
    };
    const failureDetails = { ...inner, errorMessage: "outer", innerFailure: inner, isNonRetriable: true };
    const history: readonly HistoryEvent[] = [
      { type: "TaskFailed", timestamp: AT, taskScheduledId: 0, reason: "outer", details: "outer", failureDetails },
      { type: "SubOrchestrationFailed", timestamp: AT, taskScheduledId: 1, reason: "in words", details: "at line 1" },
    ];
    const [task, child] = new HistoryToProto("worker").convert(history).map(onTheWire);

    const failure = task?.getTaskfailed()?.getFailuredetails();
    expect(failure?.getIsnonretriable()).toBe(true);
    expect(failure?.getInnerfailure()?.getErrormessage()).toBe("disk");
    const properties = failure?.getInnerfailure()?.getPropertiesMap();
    expect(properties?.get("nested")?.toJavaScript()).toEqual({ deep: true });
    expect(properties?.get("path")?.toJavaScript()).toEqual(["a", null]);
    const inWords = child?.getSuborchestrationinstancefailed()?.getFailuredetails();
    expect([inWords?.getErrormessage(), inWords?.getStacktrace()?.getValue()]).toEqual(["in words", "at line 1"]);
  });

  it("shows workers no end, suspension, termination or rewind, and clients all of it [GR25]", () => {
    const history: readonly HistoryEvent[] = [
      { type: "OrchestratorStarted", timestamp: AT },
      { type: "ExecutionSuspended", timestamp: AT, reason: "hold" },
      { type: "ExecutionResumed", timestamp: AT, reason: null },
      { type: "ExecutionRewound", timestamp: AT, reason: "again" },
      { type: "ExecutionTerminated", timestamp: AT, reason: '"enough"', recurse: true },
      { type: "ContinueAsNew", timestamp: AT, eventId: 0, result: "1" },
      { type: "ExecutionCompleted", timestamp: AT, eventId: 1, status: "Terminated", result: '"enough"' },
      { type: "OrchestratorCompleted", timestamp: AT },
    ];

    expect(shown("worker", history)).toEqual([{ eventid: -1, timestamp: TIME, orchestratorstarted: {} }]);
    expect(shown("client", history).slice(1)).toEqual([
      { eventid: -1, timestamp: TIME, executionsuspended: { input: { value: "hold" } } },
      { eventid: -1, timestamp: TIME, executionresumed: {} },
      { eventid: -1, timestamp: TIME, executionrewound: { reason: { value: "again" } } },
      { eventid: -1, timestamp: TIME, executionterminated: { input: { value: '"enough"' }, recurse: true } },
      { eventid: 0, timestamp: TIME, continueasnew: { input: { value: "1" } } },
      {
        eventid: 1,
        timestamp: TIME,
        executioncompleted: { orchestrationstatus: 5, result: { value: '"enough"' } },
      },
    ]);
  });

  it("never goes back in time, also after a suspension [GR24]", () => {
    const started = (timestamp: number): HistoryEvent => ({ type: "OrchestratorStarted", timestamp });
    const completed = (timestamp: number): HistoryEvent => ({ type: "OrchestratorCompleted", timestamp });
    const history: readonly HistoryEvent[] = [
      started(AT),
      { type: "ExecutionSuspended", timestamp: AT, reason: null },
      completed(AT),
      started(AT + 1),
      { type: "EventRaised", timestamp: AT + 1, name: "go", input: null },
      completed(AT + 1),
      started(AT + 2),
      { type: "ExecutionResumed", timestamp: AT + 2, reason: null },
      completed(AT + 2),
    ];
    const events = new HistoryToProto("worker").convert(executedOrder(history));

    expect(events.map((event) => (event.hasOrchestratorstarted() ? "started" : "raised"))).toEqual([
      "started",
      "raised",
    ]);
    expect(events[0]?.getTimestamp()?.toDate().getTime()).toBe(AT + 2);
  });
});

describe("requests to entities in a history", () => {
  const call = JSON.stringify({ op: "add", input: "5", id: "call-1", parent: "o", parentExecution: "e" });
  const signal = JSON.stringify({ op: "tell", signal: true, input: null, id: "s-1", due: "2030-01-01T00:00:05.000Z" });
  const lock = JSON.stringify({
    id: "lock-1",
    parent: "o",
    lockset: [
      { name: "a", key: "1" },
      { name: "b", key: "2" },
    ],
    pos: 0,
  });
  const sent = (eventId: number, instanceId: string, name: string, input: string): HistoryEvent => ({
    type: "EventSent",
    timestamp: AT,
    eventId,
    instanceId,
    name,
    input,
  });
  const raised = (name: string, answer: object): HistoryEvent => ({
    type: "EventRaised",
    timestamp: AT,
    name,
    input: JSON.stringify(answer),
  });

  it("are events of their own kinds", () => {
    const history = [
      sent(0, "@counter@k", "op", call),
      sent(1, "@counter@k", "op@2030-01-01T00:00:05.000Z", signal),
      sent(2, "@a@1", "op", lock),
      sent(3, "@a@1", "release", JSON.stringify({ parent: "o", id: "lock-1" })),
      sent(4, "@a@1", "news", "1"),
    ];

    expect(shown("worker", history)).toEqual([
      {
        eventid: 0,
        timestamp: TIME,
        entityoperationcalled: {
          requestid: "call-1",
          operation: "add",
          input: { value: "5" },
          targetinstanceid: { value: "@counter@k" },
        },
      },
      {
        eventid: 1,
        timestamp: TIME,
        entityoperationsignaled: {
          requestid: "s-1",
          operation: "tell",
          scheduledtime: { seconds: Date.UTC(2030, 0, 1, 0, 0, 5) / 1000, nanos: 0 },
          targetinstanceid: { value: "@counter@k" },
        },
      },
      {
        eventid: 2,
        timestamp: TIME,
        entitylockrequested: { criticalsectionid: "lock-1", locksetList: ["@a@1", "@b@2"], position: 0 },
      },
      {
        eventid: 3,
        timestamp: TIME,
        entityunlocksent: { criticalsectionid: "lock-1", targetinstanceid: { value: "@a@1" } },
      },
      { eventid: 4, timestamp: TIME, eventsent: { instanceid: "@a@1", name: "news", input: { value: "1" } } },
    ]);
  });

  it("are answered by results, failures and grants; an event of any other name stays one", () => {
    const failureDetails = {
      errorType: "RangeError",
      errorMessage: "too much",
      stackTrace: null,
      innerFailure: null,
      isNonRetriable: false,
      properties: null,
    };
    const history = [
      sent(0, "@counter@k", "op", call),
      sent(1, "@counter@k", "op", call.replace("call-1", "call-2")),
      sent(2, "@counter@k", "op", call.replace("call-1", "call-3")),
      sent(3, "@a@1", "op", lock),
      sent(4, "@counter@k", "op", call.replace("call-1", "call-4")),
      sent(5, "@counter@k", "op", call.replace("call-1", "call-5")),
      raised("call-1", { result: "7" }),
      raised("call-1", { result: "7" }),
      raised("call-2", { result: '"too much"', exceptionType: "RangeError", failureDetails }),
      raised("call-3", { result: '{"message":"of a functions app"}', exceptionType: "Error" }),
      raised("call-4", {
        result: null,
        exceptionType: "of .NET",
        failureDetails: {
          ErrorType: "System.Exception",
          ErrorMessage: "of .NET",
          InnerFailure: { ErrorMessage: "in" },
        },
      }),
      raised("call-5", { result: null, exceptionType: "only this" }),
      raised("lock-1", { result: "Lock Acquisition Completed" }),
    ];
    const answers = shown("worker", history).slice(6);

    expect(answers).toMatchObject([
      { entityoperationcompleted: { requestid: "call-1", output: { value: "7" } } },
      { eventraised: { name: "call-1" } },
      {
        entityoperationfailed: {
          requestid: "call-2",
          failuredetails: { errortype: "RangeError", errormessage: "too much" },
        },
      },
      { entityoperationfailed: { requestid: "call-3", failuredetails: { errormessage: "of a functions app" } } },
      {
        entityoperationfailed: {
          requestid: "call-4",
          failuredetails: {
            errortype: "System.Exception",
            errormessage: "of .NET",
            innerfailure: { errormessage: "in" },
          },
        },
      },
      { entityoperationfailed: { requestid: "call-5", failuredetails: { errormessage: "only this" } } },
      { entitylockgranted: { criticalsectionid: "lock-1" } },
    ]);
  });
});

describe("a long history", () => {
  it("is cut into chunks of about 256 KB, each event whole and in order", () => {
    const history = Array.from({ length: 20 }, (_, index): HistoryEvent => ({
      type: "EventRaised",
      timestamp: AT,
      name: `e${index}`,
      input: "x".repeat(index === 3 ? 400_000 : 60_000),
    }));
    const chunks = historyChunks(history);

    const names = chunks.map((chunk) => chunk.getEventsList().map((event) => event.getEventraised()?.getName()));
    expect(names.flat()).toEqual(history.map((_, index) => `e${index}`));
    expect(names.slice(0, 3)).toEqual([["e0", "e1", "e2"], ["e3"], ["e4", "e5", "e6", "e7"]]);
    expect(historyChunks([])).toEqual([]);
  });
});
