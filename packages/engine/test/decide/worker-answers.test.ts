import type { EpisodeResult, HistoryEvent, InstanceState, MessageEvent } from "@durable-host/engine";
import { beginEpisode } from "../../src/decide/begin-episode";
import { finishEpisode } from "../../src/decide/finish-episode";
import { foldHistory } from "../../src/decide/runtime-state";
import { aResult, aStart, anInstance, begun, completed, done, messages, raised, scheduled, T0 } from "./events";

const limits = { maxActions: 100, defaultVersion: "", storeInputs: true };
const parent = { instanceId: "p", executionId: "pe", name: "parent", taskScheduledId: 7 };
const traceContext = { traceParent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" };
const started = begun();
const waiting = [started, aStart(), scheduled(0), done()];

/** One episode with this answer of the code. */
function episode(
  result: Partial<EpisodeResult>,
  {
    history = [],
    message = aStart({ parent, tags: { team: "a" }, version: "1" }),
    instance = anInstance({ version: "1", tags: { team: "a" } }),
  }: { history?: readonly HistoryEvent[]; message?: MessageEvent; instance?: InstanceState } = {},
) {
  const opening = beginEpisode(foldHistory(history), "e1", messages(message), T0);
  const start = opening.state.started ?? aStart();
  const traceOf = () => ({ traceParent: "of the host" });
  const context = { instance, consumed: [1], limits, now: T0 + 1, newId: () => "new-id", traceOf };
  const commit = finishEpisode(opening, start, aResult(result), context);
  return { commit, state: opening.state, events: commit.history.events };
}

describe("the actions of a worker", () => {
  it("gives an activity its tags and the span its code has made for it, in history and at work [GR41]", () => {
    const action = {
      type: "ScheduleActivity",
      id: 1,
      name: "work",
      input: "1",
      tags: { a: "b" },
      traceContext,
    } as const;
    const { commit, events } = episode({ actions: [action] });
    expect(commit.activities).toEqual([
      { instanceId: "i1", executionId: "e1", taskId: 1, name: "work", input: "1", tags: { a: "b" }, traceContext },
    ]);
    expect(events).toContainEqual(
      expect.objectContaining({ type: "TaskScheduled", eventId: 1, tags: { a: "b" }, traceContext }),
    );
  });

  it("gives a child tags and a span of its own, and none of the parent's tags where it names none", () => {
    const child = { type: "CreateSubOrchestration", id: 1, instanceId: "c", name: "child", input: null } as const;
    const starts = (tags?: Record<string, string>) => {
      const action = { ...child, traceContext, ...(tags && { tags }) };
      const { commit, events } = episode({ actions: [action] });
      return { start: commit.messages[0]?.event, created: events.find((e) => e.type === "SubOrchestrationCreated") };
    };
    expect(starts({ x: "y" }).start).toMatchObject({ type: "ExecutionStarted", tags: { x: "y" }, traceContext });
    expect(starts({ x: "y" }).created).toMatchObject({ tags: { x: "y" }, traceContext });
    expect(starts().start).toMatchObject({ tags: { team: "a" } });
    expect(starts({}).start).not.toHaveProperty("tags");
  });

  it("sends an event under the span of its code, else under the host's", () => {
    const send = { type: "SendEvent", id: 1, instanceId: "other", name: "go", input: null } as const;
    const actions = [
      { ...send, traceContext },
      { ...send, id: 2 },
    ];
    expect(episode({ actions }).commit.messages).toMatchObject([
      { event: { name: "go", traceContext } },
      { event: { name: "go", traceContext: { traceParent: "of the host" } } },
    ]);
  });

  it("terminates another instance, of which history says nothing", () => {
    const terminate = { type: "TerminateOrchestration", id: 1, instanceId: "other", reason: '"enough"' } as const;
    const { commit, events, state } = episode({ actions: [terminate, { ...terminate, id: 2, recurse: true }] });
    expect(commit.messages).toEqual([
      { instanceId: "other", event: { type: "ExecutionTerminated", timestamp: T0 + 1, reason: '"enough"' } },
      {
        instanceId: "other",
        event: { type: "ExecutionTerminated", timestamp: T0 + 1, reason: '"enough"', recurse: true },
      },
    ]);
    expect(events.map(({ type }) => type)).toEqual([
      "OrchestratorStarted",
      "ExecutionStarted",
      "OrchestratorCompleted",
    ]);
    expect(state.nextActionId).toBe(0);
  });

  it("records all of several actions that share an id", () => {
    const send = { type: "SendEvent", id: 4, instanceId: "@lock@a", name: "release", input: "{}" } as const;
    const { commit } = episode({ actions: [send, { ...send, instanceId: "@lock@b" }] });
    expect(commit.messages.map(({ instanceId }) => instanceId)).toEqual(["@lock@a", "@lock@b"]);
  });
});

describe("how the code of a worker ends", () => {
  it.each(["Completed", "Canceled", "Terminated"] as const)("ends as %s at once, whatever is outstanding", (type) => {
    const { commit } = episode(
      { completion: { type, output: '"out"', immediate: true } },
      { history: waiting, message: raised("x") },
    );
    expect(commit.instance).toMatchObject({ runtimeStatus: type, output: '"out"', completedAt: T0 + 1 });
  });

  it.each(["Canceled", "Terminated"] as const)("tells the parent of a child that has ended as %s", (type) => {
    const { commit } = episode({ completion: { type, output: null, immediate: true } });
    expect(commit.messages).toMatchObject([
      { instanceId: "p", executionId: "pe", event: { type: "SubOrchestrationFailed", taskScheduledId: 7 } },
    ]);
  });

  it("hands a failure to the instance, its history and its parent exactly as it came [GR27]", () => {
    const inner = {
      errorType: "Inner",
      errorMessage: "deep",
      stackTrace: null,
      innerFailure: null,
      isNonRetriable: false,
      properties: { code: 7 },
    };
    const failureDetails = { ...inner, errorType: "Outer", isNonRetriable: true, innerFailure: inner };
    const { commit, events } = episode({
      completion: { type: "Failed", output: "deep", failureDetails, immediate: true },
    });
    expect(commit.instance?.failureDetails).toBe(failureDetails);
    expect(events).toContainEqual(expect.objectContaining({ type: "ExecutionCompleted", failureDetails }));
    expect(commit.messages[0]?.event).toMatchObject({ type: "SubOrchestrationFailed", failureDetails });
  });

  it("continues as new under another version and other tags, without waiting, and without its custom status [GR31]", () => {
    const completion = { type: "ContinuedAsNew", input: "2", version: "2", tags: { x: "y" }, immediate: true } as const;
    const instance = anInstance({ version: "1", tags: { team: "a" }, customStatus: '"old"' });
    const { commit } = episode(
      { completion, customStatus: null, unconsumedEvents: [raised("kept")] },
      { history: waiting, message: raised("x"), instance },
    );
    const next = { version: "2", tags: { x: "y" } };
    expect(commit.instance).toMatchObject({ ...next, executionId: "new-id", customStatus: null, createdAt: T0 });
    expect(commit.messages).toMatchObject([
      { event: { type: "ExecutionStarted", input: "2", ...next } },
      { event: { type: "EventRaised", name: "kept" } },
    ]);
  });

  it("keeps version, tags and parent where it continues as new without naming others", () => {
    const { commit } = episode({ completion: { type: "ContinuedAsNew", input: null, immediate: true } });
    const kept = { version: "1", tags: { team: "a" } };
    expect(commit.instance).toMatchObject(kept);
    expect(commit.messages[0]?.event).toMatchObject({ ...kept, parent });
  });

  it("shows the next execution the events it was handed before those that came meanwhile [GR30]", () => {
    const own = { instanceId: "i1", executionId: "e2" };
    const start = aStart({ instance: own });
    const batch = [
      { instanceId: "i1", event: raised("meanwhile") },
      { ...own, event: start },
      { ...own, event: raised("handed on 1") },
      { ...own, event: raised("handed on 2") },
    ];
    const opening = beginEpisode(foldHistory([]), "e2", batch, T0);
    const names = opening.visible.map((event) => (event.type === "EventRaised" ? event.name : event.type));
    expect(names).toEqual(["OrchestratorStarted", "ExecutionStarted", "handed on 1", "handed on 2", "meanwhile"]);
  });

  it("runs a task again that its code retries under the id of the first attempt, unless that is still outstanding", () => {
    const retried = { type: "ScheduleActivity", id: 0, name: "work", input: "1" } as const;
    const failure: MessageEvent = {
      type: "TaskFailed",
      timestamp: T0,
      taskScheduledId: 0,
      reason: "no",
      details: "no",
    };
    const again = episode({ actions: [retried] }, { history: waiting, message: failure });
    expect(again.commit.activities).toMatchObject([{ taskId: 0, name: "work" }]);
    expect([...again.state.openActivities]).toEqual([0]);
    expect(episode({ actions: [retried] }, { history: waiting, message: raised("go") }).commit.activities).toEqual([]);
    const replay = episode({ actions: [retried], replayed: true }, { history: waiting, message: failure });
    expect(replay.commit.activities).toEqual([]);
  });

  it("clears the custom status when told so, and keeps it when told nothing [GR28]", () => {
    const instance = anInstance({ customStatus: '"old"' });
    expect(episode({}, { instance }).commit.instance?.customStatus).toBe('"old"');
    expect(episode({ customStatus: null }, { instance }).commit.instance?.customStatus).toBeNull();
    expect(episode({ customStatus: "" }, { instance }).commit.instance?.customStatus).toBe("");
  });

  it("takes custom statuses as large as the host allows", () => {
    const customStatus = JSON.stringify("x".repeat(20_000));
    expect(episode({ customStatus }).commit.instance?.runtimeStatus).toBe("Failed");
    const opening = beginEpisode(foldHistory([]), "e1", messages(aStart()), T0);
    const context = { instance: anInstance(), consumed: [1], now: T0, newId: () => "new-id" };
    const roomy = { ...context, limits: { ...limits, maxCustomStatusBytes: 2 ** 20 } };
    expect(finishEpisode(opening, aStart(), aResult({ customStatus }), roomy).instance).toMatchObject({ customStatus });
  });
});

describe("the span of an execution", () => {
  const span = { spanId: "b7ad6b7169203331", startedAt: T0 - 5 };

  it("is kept with the first episode that brings one, and found again in history [GR41]", () => {
    const { state, events } = episode({ span });
    expect(events.at(-1)).toEqual({ type: "OrchestratorCompleted", timestamp: T0 + 1, span });
    expect([state.span, foldHistory(events).span]).toEqual([span, span]);
  });

  it("is not replaced by a later one", () => {
    const first = episode({ span, actions: [{ type: "ScheduleActivity", id: 0, name: "work", input: null }] });
    const other = { spanId: "0000000000000001", startedAt: T0 };
    const { state, events } = episode({ span: other }, { history: first.events, message: completed(0) });
    expect(events.at(-1)).toEqual({ type: "OrchestratorCompleted", timestamp: T0 + 1 });
    expect(state.span).toEqual(span);
  });
});
