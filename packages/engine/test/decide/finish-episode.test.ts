import type { EpisodeResult, HistoryEvent, MessageEvent, OrchestrationCommit } from "@durable-host/engine";
import { beginEpisode } from "../../src/decide/begin-episode";
import { finishEpisode, finishWithoutCode, holdEpisode } from "../../src/decide/finish-episode";
import { emptyState, foldHistory } from "../../src/decide/runtime-state";
import {
  aResult,
  aStart,
  anInstance,
  begun,
  completed,
  done,
  messages,
  raised,
  resumed,
  scheduled,
  T0,
  terminated,
} from "./events";

const limits = { maxActions: 100, defaultVersion: "", storeInputs: false };
const parent = { instanceId: "p", executionId: "pe", name: "parent", taskScheduledId: 7 };

const aContext = (instance = anInstance()) => ({ instance, consumed: [1], limits, now: T0 + 1, newId: () => "new-id" });

/** Begins and finishes an episode of a history with one message and this answer of the code. */
function episode(
  history: readonly HistoryEvent[],
  message: MessageEvent,
  result: EpisodeResult,
  start = aStart(),
  instance = anInstance(),
) {
  const state = history.length > 0 ? foldHistory(history) : emptyState();
  const opening = beginEpisode(state, "e1", messages(message), T0);
  const commit = finishEpisode(opening, start, result, aContext(instance));
  return { state: opening.state, commit };
}

const activity = (id: number) => ({ type: "ScheduleActivity", id, name: "work", input: '"x"' }) as const;
const lock = {
  type: "SendEvent",
  id: 0,
  instanceId: "@account@a",
  name: "op",
  input: JSON.stringify({
    id: "l1",
    parent: "i1",
    lockset: [
      { name: "account", key: "a" },
      { name: "account", key: "b" },
    ],
    pos: 0,
  }),
} as const;
const released = ({ messages: sent }: OrchestrationCommit) =>
  sent
    .filter(({ event }) => event.type === "EventRaised" && event.name === "release")
    .map((message) => message.instanceId);
const running = [begun(), aStart(), scheduled(0), done()];

describe("finishing an episode", () => {
  it("records an action and queues its work, keeping the input out of history", () => {
    const { commit, state } = episode([], aStart(), aResult({ actions: [activity(0)] }));
    expect(commit.history).toEqual({
      type: "append",
      events: [
        begun(),
        aStart(),
        { type: "TaskScheduled", timestamp: T0 + 1, eventId: 0, name: "work", input: null },
        done(T0 + 1),
      ],
    });
    expect(commit.activities).toEqual([{ instanceId: "i1", executionId: "e1", taskId: 0, name: "work", input: '"x"' }]);
    expect(commit.instance).toMatchObject({ runtimeStatus: "Running", lastUpdatedAt: T0 + 1 });
    expect(state.historyLength).toBe(4);
  });

  it("does not schedule again what history has", () => {
    const { commit } = episode(running, raised("x"), aResult({ actions: [activity(0), activity(1)], replayed: true }));
    expect(commit.activities.map((task) => task.taskId)).toEqual([1]);
  });

  it("completes with the output, and tells the parent", () => {
    const start = aStart({ parent });
    const { commit } = episode([], start, aResult({ completion: { type: "Completed", output: '"out"' } }), start);
    expect(commit.instance).toMatchObject({ runtimeStatus: "Completed", output: '"out"', completedAt: T0 + 1 });
    expect(commit.canceledTimers).toBe("all");
    expect(commit.messages).toMatchObject([
      {
        instanceId: "p",
        executionId: "pe",
        event: { type: "SubOrchestrationCompleted", taskScheduledId: 7, result: '"out"' },
      },
    ]);
  });

  it("stays Running while something it scheduled is outstanding", () => {
    const completion = { type: "Completed", output: '"out"' } as const;
    expect(episode(running, raised("x"), aResult({ completion })).commit.instance?.runtimeStatus).toBe("Running");
    expect(episode(running, completed(0), aResult({ completion })).commit.instance?.runtimeStatus).toBe("Completed");
  });

  it("does not wait for anything when the code cannot go on at all", () => {
    const completion = { type: "Failed", output: "changed", immediate: true } as const;
    const { commit } = episode(running, raised("x"), aResult({ completion }));
    expect(commit.instance).toMatchObject({ runtimeStatus: "Failed", output: "changed" });
  });

  it("does not wait for a timer that the code has cancelled [DF48]", () => {
    const actions = [{ type: "CreateTimer", id: 0, fireAt: T0 + 60_000 }] as const;
    const completion = { type: "Completed", output: null } as const;
    const { commit } = episode([], aStart(), aResult({ actions, canceledTimers: [0], completion }));
    expect(commit.instance?.runtimeStatus).toBe("Completed");
    expect(commit.timers).toEqual([]);
  });

  it("fails with the failure's text and tells the parent why", () => {
    const start = aStart({ parent });
    const { commit } = episode([], start, aResult({ completion: { type: "Failed", output: "no stock" } }), start);
    expect(commit.instance).toMatchObject({ runtimeStatus: "Failed", output: "no stock" });
    expect(commit.messages).toMatchObject([
      { event: { type: "SubOrchestrationFailed", reason: "no stock", details: "no stock" } },
    ]);
  });

  it("continues as new with a fresh history, the same id and what came after", () => {
    const completion = { type: "ContinuedAsNew", input: '"next"' } as const;
    const instance = anInstance({ customStatus: '"kept"' });
    const result = aResult({ completion, unconsumedEvents: [raised("late")] });
    const { commit } = episode([], aStart(), result, aStart(), instance);
    expect(commit.history).toEqual({ type: "replace", events: [] });
    expect(commit.instance).toMatchObject({
      executionId: "new-id",
      input: '"next"',
      runtimeStatus: "Running",
      customStatus: '"kept"',
    });
    expect(commit.messages).toMatchObject([
      {
        instanceId: "i1",
        executionId: "new-id",
        event: { type: "ExecutionStarted", input: '"next"', instance: { executionId: "new-id" } },
      },
      { instanceId: "i1", executionId: "new-id", event: { type: "EventRaised", name: "late" } },
    ]);
  });

  it("starts a child under the execution's id and its own number unless it is given one", () => {
    const child = { type: "CreateSubOrchestration", id: 0, name: "child", input: "1" } as const;
    const { commit } = episode(
      [],
      aStart({ tags: { team: "a" } }),
      aResult({ actions: [child] }),
      aStart({ tags: { team: "a" } }),
    );
    expect(commit.messages).toMatchObject([
      {
        instanceId: "e1:0",
        seed: { name: "child", parentInstanceId: "i1", tags: { team: "a" } },
        event: { type: "ExecutionStarted", parent: { instanceId: "i1", executionId: "e1", taskScheduledId: 0 } },
      },
    ]);
  });

  it.each(["I1", "@x@y"])("fails the task of a child that may not be named %s", (instanceId) => {
    const child = { type: "CreateSubOrchestration", id: 0, name: "child", input: null, instanceId } as const;
    const { commit } = episode([], aStart(), aResult({ actions: [child] }));
    expect(commit.messages).toMatchObject([
      { instanceId: "i1", event: { type: "SubOrchestrationFailed", taskScheduledId: 0 } },
    ]);
  });

  it("fails an instance whose custom status is larger than 16 KB, but not one that has exactly that [DF57]", () => {
    const status = (bytes: number) => aResult({ customStatus: `"${"x".repeat(bytes / 2 - 2)}"` });
    expect(episode([], aStart(), status(16 * 1024)).commit.instance?.runtimeStatus).toBe("Running");
    const { commit } = episode([], aStart(), status(17 * 1024));
    expect(commit.instance).toMatchObject({
      runtimeStatus: "Failed",
      output: expect.stringContaining("must not exceed 16 KB"),
      customStatus: null,
    });
  });

  it("fails an instance that asks for more actions than allowed", () => {
    const { commit } = episode([], aStart(), aResult({ actions: [activity(100)] }));
    expect(commit.instance).toMatchObject({
      runtimeStatus: "Failed",
      output: expect.stringContaining("maxOrchestrationActions"),
    });
    expect(commit.activities).toEqual([]);
  });

  it("frees the entities of a critical section when the code fails inside it", () => {
    const { commit } = episode([], aStart(), aResult({ actions: [lock], completion: { type: "Failed", output: "x" } }));
    expect(released(commit)).toEqual(["@account@a", "@account@b"]);
  });

  it("frees them at once when the execution has to wait for something open, which may wait for them", () => {
    const failed = aResult({ actions: [lock, activity(1)], completion: { type: "Failed", output: "x" } });
    const { commit, state } = episode([], aStart(), failed);
    expect(commit.instance?.runtimeStatus).toBe("Running");
    expect(released(commit)).toEqual(["@account@a", "@account@b"]);

    const opening = beginEpisode(state, "e1", messages(completed(1)), T0);
    const ended = finishEpisode(
      opening,
      aStart(),
      aResult({ completion: { type: "Failed", output: "x" } }),
      aContext(),
    );
    expect(ended.instance?.runtimeStatus).toBe("Failed");
    expect(released(ended)).toEqual([]);
  });
});

describe("finishing without running code", () => {
  it("terminates with the reason as output, and cancels all timers", () => {
    const opening = beginEpisode(foldHistory(running), "e1", messages(terminated), T0);
    const commit = finishWithoutCode(opening, aContext(anInstance()));
    expect(commit.instance).toMatchObject({ runtimeStatus: "Terminated", output: "enough", completedAt: T0 + 1 });
    expect(commit.canceledTimers).toBe("all");
    expect(commit.history.events.map((event) => event.type)).toEqual([
      "OrchestratorStarted",
      "ExecutionTerminated",
      "ExecutionCompleted",
      "OrchestratorCompleted",
    ]);
  });

  it("fails the parent's task of a terminated child", () => {
    const opening = beginEpisode(foldHistory([begun(), aStart({ parent }), done()]), "e1", messages(terminated), T0);
    expect(finishWithoutCode(opening, aContext(anInstance())).messages).toMatchObject([
      { instanceId: "p", event: { type: "SubOrchestrationFailed", reason: "enough" } },
    ]);
  });

  it("only consumes messages that nobody waits for", () => {
    const instance = anInstance({ runtimeStatus: "Completed" });
    const opening = beginEpisode(foldHistory(running), "e1", messages(completed(9)), T0);
    const commit = finishWithoutCode(opening, aContext(instance));
    expect(commit).toMatchObject({ consumedMessages: [1], history: { type: "append", events: [] } });
    expect(commit.instance).toBe(instance);
  });
});

describe("holding an episode", () => {
  it("records the messages and a suspension with the reason, and nothing of the code", () => {
    const state = foldHistory(running);
    const opening = beginEpisode(state, "e1", messages(raised("a")), T0);
    const commit = holdEpisode(opening, "it differs", aContext(anInstance({ runtimeStatus: "Running" })));
    expect(commit).toMatchObject({
      instance: { runtimeStatus: "Suspended", lastUpdatedAt: T0 + 1 },
      history: {
        type: "append",
        events: [
          begun(),
          raised("a"),
          { type: "ExecutionSuspended", timestamp: T0 + 1, reason: "it differs" },
          done(T0 + 1),
        ],
      },
      consumedMessages: [1],
      activities: [],
      canceledTimers: [],
    });
  });

  it("withholds the messages until a resume, in memory as from history, and again if it is held again", () => {
    const hold = (state: ReturnType<typeof foldHistory>, ...events: MessageEvent[]) => {
      const opening = beginEpisode(state, "e1", messages(...events), T0);
      const { history } = holdEpisode(opening, "it differs", aContext());
      return { opening, events: history?.type === "append" ? history.events : [] };
    };
    const state = foldHistory(running);
    const first = hold(state, raised("a"));
    const second = hold(state, resumed);
    expect(second.opening.visible).toEqual([begun(), raised("a")]);
    const folded = foldHistory([...running, ...first.events, ...second.events]);
    for (const each of [state, folded]) {
      expect(each.suspended).toBe(true);
      expect(beginEpisode(each, "e1", messages(resumed), T0).visible).toEqual([begun(), raised("a")]);
    }
  });
});
