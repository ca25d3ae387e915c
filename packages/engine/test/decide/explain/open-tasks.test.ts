import type { HistoryEvent } from "@durable-host/engine";
import { openTasks } from "../../../src/decide/explain/open-tasks";
import { aStart, begun, completed, done, raised, scheduled, T0 } from "../events";

const failed = (taskScheduledId: number): HistoryEvent => ({
  type: "TaskFailed",
  timestamp: T0 + 2,
  taskScheduledId,
  reason: "no",
  details: "no",
});

const timer = (eventId: number, fireAt: number, retryOfId?: number): HistoryEvent => ({
  type: "TimerCreated",
  timestamp: T0 + 3,
  eventId,
  fireAt,
  ...(retryOfId === undefined ? {} : { retryOfId }),
});

const fired = (timerId: number): HistoryEvent => ({ type: "TimerFired", timestamp: T0 + 4, timerId, fireAt: T0 + 4 });

const child = (eventId: number, retryTimerId?: number): HistoryEvent => ({
  type: "SubOrchestrationCreated",
  timestamp: T0,
  eventId,
  name: "child",
  instanceId: `c${eventId}`,
  input: null,
  ...(retryTimerId === undefined ? {} : { retryTimerId }),
});

const sent = (eventId: number, instanceId: string, request: object, name = "op"): HistoryEvent => ({
  type: "EventSent",
  timestamp: T0,
  eventId,
  instanceId,
  name,
  input: JSON.stringify(request),
});

const lockset = [
  { name: "Stock", key: "a" },
  { name: "stock", key: "b" },
];
const lockRequest = sent(0, "@stock@a", { id: "r1", parent: "i1", parentExecution: "e1", lockset, pos: 0 });
const release = (eventId: number, entity: string): HistoryEvent =>
  sent(eventId, entity, { parent: "i1", id: "r1" }, "release");

function tasks(...events: readonly HistoryEvent[]) {
  return openTasks([begun(), aStart(), ...events, done()]).tasks;
}

describe("what a history leaves open", () => {
  it("is nothing before the code has asked for anything, and after it has ended", () => {
    const nothing = { tasks: [], holds: undefined, suspended: undefined };
    expect(openTasks([])).toEqual(nothing);
    expect(openTasks([begun(), aStart(), done()])).toEqual(nothing);
    const end: HistoryEvent = {
      type: "ExecutionCompleted",
      timestamp: T0,
      eventId: 9,
      status: "Terminated",
      result: null,
    };
    expect(openTasks([begun(), aStart(), lockRequest, raised("r1"), scheduled(2), end])).toEqual(nothing);
  });

  it("are activities without an outcome, in the order of their ids", () => {
    expect(tasks(scheduled(1, "b"), scheduled(0, "a"), scheduled(2, "c"), completed(1))).toEqual([
      { type: "Activity", id: 0, name: "a", since: T0, attempt: 1 },
      { type: "Activity", id: 2, name: "c", since: T0, attempt: 1 },
    ]);
    expect(tasks(scheduled(0), failed(0))).toEqual([]);
  });

  it("are timers that have not fired", () => {
    expect(tasks(timer(0, T0 + 50), timer(1, T0 + 60), fired(0))).toEqual([
      { type: "Timer", id: 1, since: T0 + 3, fireAt: T0 + 60 },
    ]);
  });

  it("names the attempt that a retry delay follows, and counts attempts", () => {
    const history = [scheduled(0, "charge"), failed(0), timer(1, T0 + 50, 0)];
    expect(tasks(...history)).toEqual([
      {
        type: "Timer",
        id: 1,
        since: T0 + 3,
        fireAt: T0 + 50,
        retryOf: { type: "Activity", id: 0, name: "charge", attempt: 1 },
      },
    ]);
    const second: HistoryEvent = {
      type: "TaskScheduled",
      timestamp: T0 + 5,
      eventId: 2,
      name: "charge",
      input: null,
      retryTimerId: 1,
    };
    expect(tasks(...history, fired(1), second)).toEqual([
      { type: "Activity", id: 2, name: "charge", since: T0 + 5, attempt: 2 },
    ]);
    expect(tasks(...history, fired(1), second, failed(2), timer(3, T0 + 90, 2))).toMatchObject([
      { type: "Timer", retryOf: { id: 2, attempt: 2 } },
    ]);
  });

  it("are sub-orchestrations that have not answered, retried ones with their attempt", () => {
    expect(tasks(child(0))).toEqual([
      { type: "SubOrchestration", id: 0, name: "child", instanceId: "c0", since: T0, attempt: 1 },
    ]);
    const again: HistoryEvent = {
      type: "SubOrchestrationFailed",
      timestamp: T0,
      taskScheduledId: 0,
      reason: "no",
      details: "no",
    };
    expect(tasks(child(0), again, timer(1, T0, 0), fired(1), child(2, 1))).toMatchObject([
      { type: "SubOrchestration", id: 2, attempt: 2 },
    ]);
  });

  it("are calls of entities that have not answered, but no signals", () => {
    const call = sent(0, "@stock@a", { op: "get", id: "r1", parent: "i1", parentExecution: "e1" });
    const signal = sent(1, "@stock@a", { op: "add", signal: true, id: "r2", parent: "i1" });
    const later = sent(2, "@stock@a", { op: "add", signal: true, id: "r3" }, "op@2030-01-01T00:00:00.000Z");
    expect(tasks(call, signal, later, raised("other"))).toEqual([
      { type: "EntityCall", id: 0, since: T0, requestId: "r1", entity: "@stock@a", operation: "get" },
    ]);
    expect(tasks(call, raised("r1", '{"result":"1"}'))).toEqual([]);
  });

  it("takes an event sent to another orchestration for no request", () => {
    expect(tasks(sent(0, "i2", { ok: true }), { ...sent(1, "i2", {}), input: "no json" } as HistoryEvent)).toEqual([]);
  });

  it("is a critical section until it is entered, which the instance then holds until it leaves", () => {
    expect(tasks(lockRequest)).toEqual([
      {
        type: "CriticalSection",
        id: 0,
        since: T0,
        requestId: "r1",
        entities: ["@stock@a", "@stock@b"],
        acquired: [],
      },
    ]);
    expect(openTasks([lockRequest]).holds).toBeUndefined();
    const granted = { ...raised("r1"), timestamp: T0 + 7 };
    expect(openTasks([lockRequest, granted])).toMatchObject({
      tasks: [],
      holds: { requestId: "r1", entities: ["@stock@a", "@stock@b"], since: T0 + 7 },
    });
    expect(openTasks([lockRequest, granted, release(1, "@stock@a")]).holds?.entities).toEqual(["@stock@b"]);
    const left = [lockRequest, granted, release(1, "@stock@a"), release(2, "@stock@b")];
    expect(openTasks(left)).toEqual({ tasks: [], holds: undefined, suspended: undefined });
  });

  it("is a suspension, with its reason, until the instance is resumed", () => {
    const suspended: HistoryEvent = { type: "ExecutionSuspended", timestamp: T0 + 1, reason: "audit" };
    const resumed: HistoryEvent = { type: "ExecutionResumed", timestamp: T0 + 2, reason: null };
    expect(openTasks([suspended]).suspended).toEqual({ type: "Resume", since: T0 + 1, reason: "audit" });
    expect(openTasks([suspended, resumed]).suspended).toBeUndefined();
  });
});
