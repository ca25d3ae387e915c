import {
  CompletionSignals,
  DurableHostError,
  type Episode,
  type EpisodeLimits,
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
function aProcessor(over: Partial<EpisodeLimits> = {}) {
  let reads = 0;
  const episodes: Episode[] = [];
  const answers: { readonly resolve: () => void; readonly reject: (error: Error) => void }[] = [];
  const commits: OrchestrationCommit[] = [];
  const forgotten: string[] = [];
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
      return aResult();
    },
  } as unknown as Executor;
  const processor = new OrchestrationProcessor({
    provider,
    executor,
    clock: new ManualClock(T0),
    logger: silentLogger,
    ids: { newId: () => "id", newGuid: () => "guid" },
    completions: new CompletionSignals(),
    limits: { maxActions: 100, defaultVersion: "", storeInputs: false, ...over },
    cachedExecutions: 10,
  });
  return { processor, episodes, answers, commits, forgotten, reads: () => reads };
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
