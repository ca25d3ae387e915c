import { noteScheduled, scheduledIn, takeAnswered } from "../../src/decide/scheduled-events";
import type { HistoryEvent } from "../../src/model/history-event";

const T0 = 1_000;
const activity = { type: "TaskScheduled", timestamp: T0, eventId: 0, name: "pay", input: null } as const;
const child = {
  type: "SubOrchestrationCreated",
  timestamp: T0,
  eventId: 1,
  name: "ship",
  instanceId: "c",
  input: null,
} as const;
const timer = { type: "TimerCreated", timestamp: T0, eventId: 2, fireAt: T0 + 5 } as const;
const sent = (eventId: number, request: object): HistoryEvent => ({
  type: "EventSent",
  timestamp: T0,
  eventId,
  instanceId: "@stock@chair",
  name: "op",
  input: JSON.stringify(request),
});
const call = sent(3, { op: "reserve", id: "r1" });
const paid: HistoryEvent = { type: "TaskCompleted", timestamp: T0 + 1, taskScheduledId: 0, result: null };

describe("what an execution waits for", () => {
  it("is what its history has asked for and has no answer to", () => {
    expect([...scheduledIn([activity, child, timer, call]).values()]).toEqual([activity, child, timer, call]);
    expect([...scheduledIn([activity, child, timer, call, paid]).values()]).toEqual([child, timer, call]);
    expect([
      ...scheduledIn([timer, { type: "TimerFired", timestamp: T0 + 5, timerId: 2, fireAt: T0 + 5 }]).keys(),
    ]).toEqual([]);
  });

  it("holds no signals and no requests for locks, which have no answer of their own", () => {
    const signal = sent(4, { op: "count", signal: true, id: "s1" });
    const lock = sent(5, { id: "l1", parent: "i1", lockset: [{ name: "stock", key: "chair" }] });
    expect(scheduledIn([signal, lock]).size).toBe(0);
  });

  it("gives an answer together with what had asked for it, once", () => {
    const scheduled = scheduledIn([]);
    noteScheduled(scheduled, activity);
    noteScheduled(scheduled, call);
    const answer: HistoryEvent = { type: "EventRaised", timestamp: T0 + 2, name: "r1", input: '{"result":"1"}' };

    expect(takeAnswered(scheduled, answer)).toEqual({ scheduled: call, answer });
    expect(takeAnswered(scheduled, answer)).toBeUndefined();
    expect(takeAnswered(scheduled, { ...answer, name: "an external event" })).toBeUndefined();
    expect(takeAnswered(scheduled, paid)).toEqual({ scheduled: activity, answer: paid });
  });
});
