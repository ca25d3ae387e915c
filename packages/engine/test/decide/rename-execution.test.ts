import type { EventSent, ExecutionRewound, HistoryEvent, MessageEvent } from "@durable-host/engine";
import { beginEpisode } from "../../src/decide/begin-episode";
import { rewindHistory } from "../../src/decide/rewind-history";
import { foldHistory } from "../../src/decide/runtime-state";
import { aStart, begun, completed, done, messages, scheduled, T0 } from "./events";

const parent = { instanceId: "p", executionId: "pe", name: "parent", taskScheduledId: 7 };
const rewindNow: ExecutionRewound = { type: "ExecutionRewound", timestamp: T0, reason: "mended" };
const rewoundByParent: ExecutionRewound = { ...rewindNow, parent: { instanceId: "p", executionId: "pe2" } };
const failure = { reason: "no", details: "no" };
const taskFailed: HistoryEvent = { type: "TaskFailed", timestamp: T0, taskScheduledId: 0, ...failure };
const end: HistoryEvent = { type: "ExecutionCompleted", timestamp: T0, eventId: 9, status: "Failed", result: "no" };
const childCreated = (eventId: number): HistoryEvent => ({
  type: "SubOrchestrationCreated",
  timestamp: T0,
  eventId,
  name: "part",
  instanceId: `c${eventId}`,
  input: null,
});
const childFailed: HistoryEvent = { type: "SubOrchestrationFailed", timestamp: T0, taskScheduledId: 0, ...failure };
const call: EventSent = {
  type: "EventSent",
  timestamp: T0,
  eventId: 1,
  instanceId: "@counter@a",
  name: "op",
  input: JSON.stringify({ op: "get", id: "r1", parent: "i1" }),
};

const failedWith = (...events: HistoryEvent[]): HistoryEvent[] => [begun(), aStart({ parent }), ...events, end, done()];

/** The episode that rewinds an execution with this history. */
function rewind(history: readonly HistoryEvent[], ...events: MessageEvent[]) {
  const rewound = { ...rewindHistory(history), newExecutionId: "e2" };
  return beginEpisode(foldHistory(rewound.events), "e1", messages(...events, rewindNow), T0, rewound);
}

describe("a rewound execution", () => {
  it("goes on under a new id, in memory and in its history [GR21]", () => {
    const { state, replaced } = rewind(failedWith(scheduled(0), taskFailed));
    const instance = { instanceId: "i1", executionId: "e2" };
    expect(state.started).toMatchObject({ instance, parent });
    expect(replaced?.find(({ type }) => type === "ExecutionStarted")).toMatchObject({ instance, parent });
    expect(foldHistory(replaced ?? []).started?.instance).toEqual(instance);
  });

  it("tells the children that are rewound with it by whom they are awaited now [GR54]", () => {
    const { state, replies } = rewind(failedWith(childCreated(0), childFailed));
    expect(state.started?.instance.executionId).toBe("e2");
    expect(replies).toMatchObject([
      {
        instanceId: "c0",
        event: { type: "ExecutionRewound", parent: { instanceId: "i1", executionId: "e2" } },
      },
    ]);
  });

  it.each([
    ["an activity", [scheduled(1)]],
    ["a child", [childCreated(1)]],
    ["an entity", [call]],
  ])("keeps its id while %s may still answer to it", (_, open) => {
    const { state } = rewind(failedWith(scheduled(0), taskFailed, ...open));
    expect(state.started?.instance.executionId).toBe("e1");
  });

  it("takes what has come to its old id together with the rewind", () => {
    const { state, recorded } = rewind(failedWith(scheduled(0), taskFailed, scheduled(1)), completed(1));
    expect(recorded.map(({ type }) => type)).toEqual(["OrchestratorStarted", "TaskCompleted", "ExecutionRewound"]);
    expect(state.started?.instance.executionId).toBe("e2");
  });
});

describe("a child whose parent was rewound", () => {
  const failed = failedWith(scheduled(0), taskFailed);
  const waiting = [begun(), aStart({ parent }), scheduled(0), done()];

  it("answers to the new execution of its parent, when rewound with it and when folded anew", () => {
    const rewound = rewindHistory(failed);
    const opening = beginEpisode(foldHistory(rewound.events), "e1", messages(rewoundByParent), T0, rewound);
    const folded = foldHistory([...(opening.replaced ?? []), ...opening.recorded, done()]);
    for (const { started } of [opening.state, folded])
      expect(started?.parent).toEqual({ ...parent, executionId: "pe2" });
  });

  it("does so, too, when it was rewound by itself before, and runs", () => {
    const { state, recorded } = beginEpisode(foldHistory(waiting), "e1", messages(rewoundByParent), T0);
    expect(recorded).toContainEqual(rewoundByParent);
    expect(state.started?.parent?.executionId).toBe("pe2");
  });

  it("answers at once when it has completed by then", () => {
    const history = [begun(), aStart({ parent }), { ...end, status: "Completed", result: "5" } as HistoryEvent, done()];
    const { replies } = beginEpisode(foldHistory(history), "e1", messages(rewoundByParent), T0);
    expect(replies).toMatchObject([
      { instanceId: "p", executionId: "pe2", event: { type: "SubOrchestrationCompleted", result: "5" } },
    ]);
  });

  it("does not listen to the rewind of an instance that is not its parent", () => {
    const stranger = { ...rewindNow, parent: { instanceId: "other", executionId: "oe" } };
    expect(beginEpisode(foldHistory(waiting), "e1", messages(stranger), T0).recorded).toEqual([]);
    expect(foldHistory([...waiting, stranger]).started?.parent).toEqual(parent);
  });
});

describe("an execution whose code retries under one id", () => {
  it("loses only its last attempt, so that a replay finds the timers between the attempts in their places", () => {
    const timer: HistoryEvent[] = [
      { type: "TimerCreated", timestamp: T0, eventId: 1, fireAt: T0 },
      { type: "TimerFired", timestamp: T0, timerId: 1, fireAt: T0 },
    ];
    const firstAttempt = [scheduled(0), taskFailed, ...timer];
    const history = failedWith(...firstAttempt, { ...scheduled(0) }, { ...taskFailed });
    expect(rewindHistory(history).events).toEqual([begun(), aStart({ parent }), ...firstAttempt, done()]);
  });
});
