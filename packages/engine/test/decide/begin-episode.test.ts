import { beginEpisode } from "../../src/decide/begin-episode";
import { emptyState, foldHistory } from "../../src/decide/runtime-state";
import {
  aStart,
  begun,
  completed,
  done,
  messages,
  raised,
  resumed,
  scheduled,
  suspended,
  T0,
  terminated,
} from "./events";

const running = () => foldHistory([begun(), aStart(), scheduled(0), done()]);

describe("beginning an episode", () => {
  it("records the episode's start before the accepted messages, and shows both", () => {
    const result = beginEpisode(emptyState(), "e1", messages(aStart(), raised("go")), T0 + 5);
    expect(result.recorded).toEqual([begun(T0 + 5), aStart(), raised("go")]);
    expect(result.visible).toEqual(result.recorded);
  });

  it("drops a second ExecutionStarted of the same execution", () => {
    const result = beginEpisode(running(), "e1", messages(aStart()), T0);
    expect(result.recorded).toEqual([]);
    expect(result.replies).toEqual([]);
  });

  it("drops a completion that was delivered before", () => {
    const state = foldHistory([begun(), aStart(), scheduled(0), done(), begun(), completed(0), done()]);
    expect(beginEpisode(state, "e1", messages(completed(0)), T0).recorded).toEqual([]);
  });

  it("accepts only the first of two completions in one batch", () => {
    const result = beginEpisode(running(), "e1", messages(completed(0, "1"), completed(0, "2")), T0);
    expect(result.visible).toEqual([begun(), completed(0, "1")]);
  });

  it("drops a message for another execution", () => {
    const [message] = messages(completed(0));
    expect(beginEpisode(running(), "e1", [{ ...message!, executionId: "e0" }], T0).recorded).toEqual([]);
  });

  it("tells a parent that its child's id is taken by an active instance", () => {
    const parent = { instanceId: "p", executionId: "pe", name: "parent", taskScheduledId: 7 };
    const start = aStart({ instance: { instanceId: "i1", executionId: "e2" }, parent });
    const { replies, recorded } = beginEpisode(running(), "e1", messages(start), T0);
    expect(recorded).toEqual([]);
    expect(replies).toMatchObject([
      { instanceId: "p", executionId: "pe", event: { type: "SubOrchestrationFailed", taskScheduledId: 7 } },
    ]);
  });

  it("begins a new execution when a child is started over an ended instance", () => {
    const ended = foldHistory([
      begun(),
      aStart(),
      { type: "ExecutionCompleted", timestamp: T0, eventId: 0, status: "Completed", result: null },
      done(),
    ]);
    const start = aStart({ instance: { instanceId: "i1", executionId: "e2" } });
    const result = beginEpisode(ended, "e1", messages(start), T0);
    expect(result.restarted).toBe(true);
    expect(result.state.completed).toBeUndefined();
    expect(result.visible).toEqual([begun(), start]);
  });

  it("is never earlier than the episode before, nor than the timer it delivers", () => {
    const state = foldHistory([
      begun(T0 + 100),
      aStart(),
      { type: "TimerCreated", timestamp: T0, eventId: 0, fireAt: T0 + 500 },
      done(),
    ]);
    const fired = { type: "TimerFired", timestamp: T0, timerId: 0, fireAt: T0 + 500 } as const;
    expect(beginEpisode(state, "e1", messages(raised("x")), T0).recorded[0]).toEqual(begun(T0 + 100));
    expect(beginEpisode(state, "e1", messages(fired), T0 + 300).recorded[0]).toEqual(begun(T0 + 500));
  });

  it("takes the start of the execution before events that were sent earlier", () => {
    const result = beginEpisode(emptyState(), "e1", messages(raised("early"), aStart()), T0);
    expect(result.visible).toEqual([begun(), aStart(), raised("early")]);
  });

  it("records an entity's answer for a failed instance, without showing it to the code", () => {
    const failed = (status: "Failed" | "Completed") =>
      foldHistory([
        begun(),
        aStart(),
        { type: "ExecutionCompleted", timestamp: T0, eventId: 0, status, result: null },
        done(),
      ]);
    const result = beginEpisode(failed("Failed"), "e1", messages(raised("answer")), T0);
    expect(result).toMatchObject({ late: true, recorded: [begun(), raised("answer")], visible: [] });
    expect(beginEpisode(failed("Completed"), "e1", messages(raised("answer")), T0).recorded).toEqual([]);
  });

  it("records what open tasks of a failed instance come to, for a rewind, and nothing twice", () => {
    const failure = { reason: "x", details: "x" };
    const part = { type: "SubOrchestrationFailed", timestamp: T0, taskScheduledId: 1, ...failure } as const;
    const failed = () =>
      foldHistory([
        begun(),
        aStart(),
        scheduled(0),
        { type: "SubOrchestrationCreated", timestamp: T0, eventId: 1, name: "part", instanceId: "c", input: null },
        { type: "ExecutionCompleted", timestamp: T0, eventId: 2, status: "Failed", result: null },
        done(),
      ]);
    const batch = messages(completed(0), part, completed(0), completed(7), { ...part, taskScheduledId: 7 }, suspended);
    const result = beginEpisode(failed(), "e1", batch, T0);
    expect(result).toMatchObject({ late: true, recorded: [begun(), completed(0), part], visible: [] });
  });

  it("tells a parent that was rewound what its child has completed with meanwhile", () => {
    const parent = { instanceId: "p", executionId: "pe", name: "parent", taskScheduledId: 7 };
    const ended = foldHistory([
      begun(),
      aStart({ parent }),
      { type: "ExecutionCompleted", timestamp: T0, eventId: 0, status: "Completed", result: '"ok"' },
      done(),
    ]);
    const rewound = { type: "ExecutionRewound", timestamp: T0, reason: null } as const;
    expect(beginEpisode(ended, "e1", messages(rewound), T0).replies).toMatchObject([
      { instanceId: "p", event: { type: "SubOrchestrationCompleted", taskScheduledId: 7, result: '"ok"' } },
    ]);
  });

  it("answers a parent whose child was to start under the id of an instance that is terminated at that moment", () => {
    const parent = { instanceId: "p", executionId: "pe", name: "parent", taskScheduledId: 7 };
    const start = aStart({ instance: { instanceId: "i1", executionId: "e2" }, parent });
    const { replies, recorded } = beginEpisode(running(), "e1", messages(terminated, start), T0);
    expect(recorded).toEqual([begun(), terminated]);
    expect(replies).toMatchObject([{ instanceId: "p", event: { type: "SubOrchestrationFailed", taskScheduledId: 7 } }]);
  });

  it("drops what comes after a termination", () => {
    const result = beginEpisode(running(), "e1", messages(terminated, raised("late")), T0);
    expect(result.terminated).toEqual(terminated);
    expect(result.recorded).toEqual([begun(), terminated]);
    expect(result.visible).toEqual([]);
  });
});

describe("a suspended instance", () => {
  it("records messages without showing them, and shows them on resume in order", () => {
    const state = running();
    expect(beginEpisode(state, "e1", messages(suspended), T0).visible).toEqual([]);
    const while_ = beginEpisode(state, "e1", messages(raised("a"), completed(0)), T0 + 1);
    expect(while_.recorded).toHaveLength(3);
    expect(while_.visible).toEqual([]);
    const after = beginEpisode(state, "e1", messages(raised("b"), resumed, raised("c")), T0 + 2);
    expect(after.visible).toEqual([begun(T0 + 2), raised("a"), completed(0), raised("b"), raised("c")]);
  });

  it("withholds also what came in the same batch before the suspension", () => {
    const state = emptyState();
    const batch = beginEpisode(state, "e1", messages(aStart(), suspended), T0);
    expect(batch.visible).toEqual([]);
    expect(beginEpisode(state, "e1", messages(resumed), T0).visible).toEqual([begun(), aStart()]);
  });

  it("has its code run when it is resumed, also when nothing has come meanwhile", () => {
    const state = running();
    beginEpisode(state, "e1", messages(suspended), T0);
    expect(beginEpisode(state, "e1", messages(resumed), T0).visible).toEqual([begun()]);
  });

  it("ignores a second suspension and a resume of what runs", () => {
    const state = running();
    expect(beginEpisode(state, "e1", messages(resumed), T0).recorded).toEqual([]);
    beginEpisode(state, "e1", messages(suspended), T0);
    expect(beginEpisode(state, "e1", messages(suspended), T0).recorded).toEqual([]);
  });

  it("is folded from its history with what is withheld", () => {
    const state = foldHistory([begun(), aStart(), done(), begun(), suspended, raised("a"), done()]);
    expect(state.withheld).toEqual([raised("a")]);
    expect(beginEpisode(state, "e1", messages(resumed), T0).visible).toEqual([begun(), raised("a")]);
  });
});
