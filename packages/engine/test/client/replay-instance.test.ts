import {
  replayInstance,
  type Completion,
  type Episode,
  type Executor,
  type ExportedInstance,
  type HistoryEvent,
} from "../../src";

const T0 = Date.UTC(2030, 0, 1);
const INSTANCE = { instanceId: "i1", executionId: "e1" };

const began = (at = 0): HistoryEvent => ({ type: "OrchestratorStarted", timestamp: T0 + at });
const ended: HistoryEvent = { type: "OrchestratorCompleted", timestamp: T0 };
const started: HistoryEvent = {
  type: "ExecutionStarted",
  timestamp: T0,
  name: "order",
  version: "2",
  input: "1",
  instance: INSTANCE,
};
const scheduled = (eventId: number, name: string): HistoryEvent => ({
  type: "TaskScheduled",
  timestamp: T0,
  eventId,
  name,
  input: null,
});
const completed = (taskScheduledId: number): HistoryEvent => ({
  type: "TaskCompleted",
  timestamp: T0,
  taskScheduledId,
  result: null,
});
const finished = (status: "Completed" | "Failed" | "Terminated"): HistoryEvent => ({
  type: "ExecutionCompleted",
  timestamp: T0,
  eventId: 9,
  status,
  result: null,
});

/** Two activities, one after the other, and the end. */
const HISTORY = [
  ...[began(), started, scheduled(0, "charge"), ended],
  ...[began(5), completed(0), scheduled(1, "ship"), ended],
  ...[began(9), completed(1), finished("Completed"), ended],
];

function recorded(history: readonly HistoryEvent[]): ExportedInstance {
  const payloads = { input: "1", output: null, customStatus: null };
  const times = { createdAt: T0, lastUpdatedAt: T0 };
  return { ...INSTANCE, name: "order", version: "2", runtimeStatus: "Running", ...payloads, ...times, history };
}

/** Code that asks for these activities, one in answer to the start and to each completion, and ends after the last one. */
function aCode(...names: string[]) {
  return aCodeThatEnds({ type: "Completed", output: null }, ...names);
}

function aCodeThatEnds(completion: Completion | undefined, ...names: string[]) {
  const executed: Episode[] = [];
  const executor: Pick<Executor, "executeOrchestration" | "forget" | "knows"> = {
    knows: (kind, name) => kind === "orchestration" && name === "order",
    forget: () => undefined,
    async executeOrchestration(episode) {
      executed.push(episode);
      const seen = [...(await episode.loadPastEvents()), ...episode.newEvents];
      const answers = seen.filter(({ type }) => type === "ExecutionStarted" || type === "TaskCompleted").length;
      const actions = names
        .slice(0, answers)
        .map((name, id) => ({ type: "ScheduleActivity" as const, id, name, input: null }));
      const ends = answers > names.length && completion ? { completion } : {};
      return { actions, replayed: true, canceledTimers: [], ...ends };
    },
  };
  return { executor, executed };
}

describe("replaying a recorded instance", () => {
  it("agrees with the code that was recorded, and shows it what it was shown then", async () => {
    const { executor, executed } = aCode("charge", "ship");

    await expect(replayInstance(executor, recorded(HISTORY))).resolves.toEqual({
      agrees: true,
      episodes: 3,
      completion: "Completed",
    });
    expect(executed).toMatchObject([{ name: "order", version: "2", input: "1", newEvents: [began(9), completed(1)] }]);
    expect(await executed[0]?.loadPastEvents()).toEqual(HISTORY.slice(0, 8));
  });

  it("says at which position, in which episode, the code asks for something else", async () => {
    await expect(replayInstance(aCode("charge", "pack", "ship").executor, recorded(HISTORY))).resolves.toMatchObject({
      agrees: false,
      episode: 2,
      difference: expect.stringContaining(
        "scheduled an activity task named 'ship' with sequence ID 1, but when its code was replayed it asked for an activity task named 'pack'",
      ) as string,
    });
  });

  it("finds that the code asks for less, and for more", async () => {
    await expect(replayInstance(aCode("charge").executor, recorded(HISTORY))).resolves.toMatchObject({
      episode: 2,
      difference: expect.stringContaining("it asked for nothing at that position: it had completed") as string,
    });
    await expect(replayInstance(aCode("charge", "ship", "mail").executor, recorded(HISTORY))).resolves.toMatchObject({
      episode: 3,
      difference: expect.stringContaining(
        "it asked for an activity task named 'mail' with sequence ID 2, where the recorded execution asked for nothing",
      ) as string,
    });
  });

  it("finds that the execution ends in another way", async () => {
    const failed = [...HISTORY.slice(0, -2), finished("Failed"), ended];

    await expect(replayInstance(aCode("charge", "ship").executor, recorded(failed))).resolves.toMatchObject({
      difference: "The recorded execution failed, but when its code was replayed it completed.",
    });
    await expect(
      replayInstance(aCodeThatEnds(undefined, "charge", "ship").executor, recorded(HISTORY)),
    ).resolves.toMatchObject({
      difference: "The recorded execution completed, but when its code was replayed it went on waiting.",
    });
  });

  it("asks nothing of the end of an instance that was terminated", async () => {
    const terminated: HistoryEvent = { type: "ExecutionTerminated", timestamp: T0, reason: null };
    const history = [...HISTORY.slice(0, 4), began(7), terminated, finished("Terminated"), ended];

    await expect(replayInstance(aCode("charge", "ship").executor, recorded(history))).resolves.toMatchObject({
      agrees: true,
      episodes: 1,
    });
  });

  it("does not show code what came when the instance had failed already", async () => {
    const late: HistoryEvent = { type: "EventRaised", timestamp: T0, name: "answer", input: null };
    const history = [...HISTORY.slice(0, 4), began(5), completed(0), finished("Failed"), ended, began(9), late, ended];
    const { executor, executed } = aCodeThatEnds({ type: "Failed", output: "x" }, "charge");

    await expect(replayInstance(executor, recorded(history))).resolves.toEqual({
      agrees: true,
      episodes: 2,
      completion: "Failed",
    });
    expect(executed[0]?.newEvents).toEqual([began(5), completed(0)]);
  });

  it("agrees with a running instance as far as it has come, and with one that has not run yet", async () => {
    const code = aCode("charge", "ship");

    await expect(replayInstance(code.executor, recorded(HISTORY.slice(0, 8)))).resolves.toEqual({
      agrees: true,
      episodes: 2,
    });
    await expect(
      replayInstance(aCode("charge", "pack").executor, recorded(HISTORY.slice(0, 4))),
    ).resolves.toMatchObject({
      agrees: true,
    });
    await expect(replayInstance(code.executor, recorded([]))).resolves.toEqual({ agrees: true, episodes: 0 });
  });

  it("finds that the orchestrator is gone", async () => {
    const gone = HISTORY.map((event) => (event.type === "ExecutionStarted" ? { ...event, name: "old" } : event));

    await expect(replayInstance(aCode().executor, recorded(gone))).resolves.toMatchObject({
      difference: "The app has no orchestrator function named 'old' any more.",
    });
  });
});
