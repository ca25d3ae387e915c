import {
  type ActivityWorkItem,
  CompletionSignals,
  DurableHostError,
  type Episode,
  type EpisodeLimits,
  type EpisodeResult,
  type Executor,
  type OrchestrationCommit,
  type OrchestrationWorkItem,
  type StorageProvider,
} from "@durable-host/engine";
import { ManualClock, silentLogger } from "@durable-host/testkit";
import { OrchestrationProcessor } from "../../src/dispatch/orchestration-processor";
import { NotForThisWorker } from "../../src/dispatch/not-for-this-worker";
import { aResult, aStart, anInstance, messages, raised, T0, terminated } from "../decide/events";

const signal = new AbortController().signal;
const lock = { token: "t", expiresAt: T0 };

/** A processor over a store that answers commits only when told to. */
function aProcessor(over: Partial<EpisodeLimits> = {}, result: Partial<EpisodeResult> = {}) {
  let reads = 0;
  const episodes: Episode[] = [];
  const answers: { readonly resolve: () => void; readonly reject: (error: Error) => void }[] = [];
  const commits: OrchestrationCommit[] = [];
  const forgotten: string[] = [];
  const completions = new CompletionSignals();
  const provider = {
    readHistory: async () => {
      reads++;
      return commits.flatMap((commit) => commit.history.events);
    },
    commitOrchestration: (_item: unknown, commit: OrchestrationCommit) => {
      commits.push(commit);
      return new Promise<void>((resolve, reject) => answers.push({ resolve, reject }));
    },
  } as unknown as StorageProvider;
  const executor = {
    knows: () => true,
    forget: (instanceId: string) => void forgotten.push(instanceId),
    executeOrchestration: async (episode: Episode) => {
      episodes.push(episode);
      return aResult(result);
    },
  } as unknown as Executor;
  const processor = new OrchestrationProcessor({
    provider,
    executor,
    clock: new ManualClock(T0),
    logger: silentLogger,
    ids: { newId: () => "id", newGuid: () => "guid" },
    completions,
    limits: { maxActions: 100, defaultVersion: "", storeInputs: false, ...over },
    cachedExecutions: 10,
  });
  return { processor, episodes, answers, commits, forgotten, completions, reads: () => reads };
}

const first: OrchestrationWorkItem = {
  kind: "orchestration",
  lock,
  instance: anInstance(),
  historyLength: 0,
  messages: messages(aStart()),
};
const second: OrchestrationWorkItem = { ...first, historyLength: 3, messages: messages(raised("x")) };

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe("an instance that is handed out again before its last commit is answered", () => {
  it("goes on from what that commit leaves in memory", async () => {
    const { processor, episodes, answers } = aProcessor();
    const ends = [processor.process(first, signal, () => {})];
    await turn();
    ends.push(processor.process(second, signal, () => {}));
    await turn();
    expect(episodes).toHaveLength(1);

    answers[0]?.resolve();
    await turn();
    expect(episodes).toHaveLength(2);
    expect(episodes[1]?.resumeAfter).toBe(episodes[0]?.episode);
    answers[1]?.resolve();
    await Promise.all(ends);
  });

  it("begins from the stored history when that commit has failed", async () => {
    const { processor, episodes, answers, forgotten } = aProcessor();
    const failing = expect(processor.process(first, signal, () => {})).rejects.toThrow("lost");
    await turn();
    const next = processor.process(second, signal, () => {});
    answers[0]?.reject(new Error("lost"));
    await failing;
    await turn();
    expect(forgotten).toEqual(["i1"]);
    expect(episodes).toHaveLength(2);
    expect(episodes[1]?.resumeAfter).toBeUndefined();
    answers[1]?.resolve();
    await next;
  });
});

describe("an instance of a version that is left to others", () => {
  const limits = { versions: { match: "Strict", onMismatch: "Reject" }, defaultVersion: "1.0" } as const;
  const running = { ...second, instance: anInstance({ version: "2.0", runtimeStatus: "Running" }) };

  it("is given back without a look at its history, however often it comes [DF79]", async () => {
    const { processor, reads } = aProcessor(limits);
    for (let time = 0; time < 3; time++) {
      await expect(processor.process(running, signal, () => undefined)).rejects.toThrow(NotForThisWorker);
    }
    expect(reads()).toBe(0);
  });

  it("is terminated all the same [DF79]", async () => {
    const { processor, answers, commits } = aProcessor(limits);
    const started = processor.process(
      { ...first, messages: messages(aStart({ version: "1.0" })) },
      signal,
      () => undefined,
    );
    await turn();
    answers[0]?.resolve();
    await started;
    const item = { ...running, messages: messages(raised("x"), terminated) };
    const ended = processor.process(item, signal, () => undefined);
    await turn();
    answers[1]?.resolve();
    await ended;
    expect(commits[1]?.instance).toMatchObject({ runtimeStatus: "Terminated" });
  });
});

describe("a commit that the store cannot hold", () => {
  const refusal = new DurableHostError("INVALID_INSTANCE_ID", "The instance id 'x…' is too long.");

  it("fails the instance with the reason, instead of being tried for ever", async () => {
    const { processor, answers, commits, episodes, forgotten } = aProcessor();
    const processed = processor.process(first, signal, () => undefined);
    await turn();
    answers[0]?.reject(refusal);
    await turn();
    answers[1]?.resolve();
    await processed;
    expect(episodes).toHaveLength(1);
    expect(forgotten).toContain(first.instance.instanceId);
    expect(commits[1]?.instance).toMatchObject({
      runtimeStatus: "Failed",
      output: expect.stringMatching(/^Orchestrator function '\w+' failed: The instance id 'x…' is too long\.$/),
    });
    expect(commits[1]?.consumedMessages).toEqual(commits[0]?.consumedMessages);
  });

  it("is given back when the failure cannot be saved either", async () => {
    const { processor, answers } = aProcessor();
    const processed = processor.process(first, signal, () => undefined);
    await turn();
    answers[0]?.reject(refusal);
    await turn();
    answers[1]?.reject(refusal);
    await expect(processed).rejects.toBe(refusal);
  });
});

describe("an episode of whose events the code has seen only some", () => {
  const three: OrchestrationWorkItem = { ...first, messages: messages(aStart(), raised("a"), raised("b")) };
  const types = (commit: OrchestrationCommit | undefined) => commit?.history.events.map(({ type }) => type);

  it("is saved with those, and leaves the other messages queued [GR33]", async () => {
    const actions = [{ type: "CreateTimer", id: 0, fireAt: T0 + 1_000 }] as const;
    const { processor, answers, commits, episodes } = aProcessor({}, { eventsProcessed: 3, actions });
    const processing = processor.process(three, signal, () => {});
    await turn();
    answers[0]?.resolve();
    await processing;
    expect(episodes[0]?.newEvents).toHaveLength(4);
    expect(commits[0]).toMatchObject({ consumedMessages: [1, 2], timers: [{ timerId: 0 }] });
    expect(types(commits[0])).toEqual([
      "OrchestratorStarted",
      "ExecutionStarted",
      "EventRaised",
      "TimerCreated",
      "OrchestratorCompleted",
    ]);
  });

  it("goes on in memory from what it has saved", async () => {
    const { processor, answers, reads, episodes } = aProcessor({}, { eventsProcessed: 3 });
    const cut = processor.process(three, signal, () => {});
    await turn();
    answers[0]?.resolve();
    await cut;
    const before = reads();
    const next = { ...first, historyLength: 4, messages: messages(raised("b")) };
    const rest = processor.process(next, signal, () => {});
    await turn();
    answers[1]?.resolve();
    await rest;
    expect(reads()).toBe(before);
    expect(episodes[1]?.newEvents).toMatchObject([{ type: "OrchestratorStarted" }, { name: "b" }]);
  });

  it("sends the outcome of an activity again that has come without a message", async () => {
    const { processor, answers, commits } = aProcessor({}, { eventsProcessed: 2 });
    const scheduling = [
      { type: "OrchestratorStarted", timestamp: T0 },
      aStart(),
      { type: "TaskScheduled", timestamp: T0, eventId: 0, name: "work", input: null },
      { type: "OrchestratorCompleted", timestamp: T0 },
    ] as const;
    commits.push({ history: { type: "append", events: scheduling } } as unknown as OrchestrationCommit);
    const task = { instanceId: "i1", executionId: "e1", taskId: 0, name: "work", input: null };
    const activity: ActivityWorkItem = { kind: "activity", lock, task, previousDeliveries: 0 };
    const outcome = { type: "TaskCompleted", timestamp: T0, taskScheduledId: 0, result: "1" } as const;
    const item = { ...first, historyLength: 4, messages: messages(raised("a")) };
    const processing = processor.process(item, signal, () => {}, [{ item: activity, outcome }]);
    await turn();
    answers[0]?.resolve();
    await processing;
    expect(commits[1]).toMatchObject({
      endedActivities: [activity],
      consumedMessages: [1],
      messages: [{ instanceId: "i1", executionId: "e1", event: outcome }],
    });
    expect(types(commits[1])).toEqual(["OrchestratorStarted", "EventRaised", "OrchestratorCompleted"]);
  });

  it("is tried again when that is none", async () => {
    const { processor, commits } = aProcessor({}, { eventsProcessed: 1 });
    await expect(processor.process(three, signal, () => {})).rejects.toThrow("without having come to any");
    expect(commits).toEqual([]);
  });
});

describe("the first episode of an instance", () => {
  it("tells who waits for the start, once it is saved [GR50]", async () => {
    const { processor, answers, completions } = aProcessor();
    const started: string[] = [];
    completions.listenToStart("i1", ({ runtimeStatus }) => void started.push(runtimeStatus));
    const processing = processor.process(first, signal, () => {});
    await turn();
    expect(started).toEqual([]);
    answers[0]?.resolve();
    await processing;
    expect(started).toEqual(["Running"]);
    const running = { ...second, instance: anInstance({ runtimeStatus: "Running" }) };
    const next = processor.process(running, signal, () => {});
    await turn();
    answers[1]?.resolve();
    await next;
    expect(started).toEqual(["Running"]);
  });
});
