import type { ActivityResult, EntityBatchResult, Episode, EpisodeResult, Executor } from "../../src/ports/executor";
import type { TaskHub } from "../../src/client/task-hub";
import { limitExecutor } from "../../src/limits/limit-executor";
import { limitTaskHub } from "../../src/limits/limit-task-hub";
import { describeExcess } from "../../src/limits/payload-size";

const LIMIT = 10;
const FITS = '"12345678"';
const TOO_LARGE = '"123456789"';
const signal = new AbortController().signal;

describe("the size of a payload", () => {
  it.each([
    [null, false],
    [FITS, false],
    [TOO_LARGE, true],
    ['"ÄÖÜ"', false],
    ['"ÄÖÜß1"', true],
  ])("is counted in bytes of UTF-8: %j", (payload, exceeds) => {
    expect(describeExcess("It", payload, LIMIT) !== undefined).toBe(exceeds);
  });
});

describe("a client's payload above the limit", () => {
  const calls: string[] = [];
  const accepted = (name: string) => async () => {
    calls.push(name);
  };
  const hub = {
    start: accepted("start"),
    startAndWait: accepted("startAndWait"),
    raiseEvent: accepted("raiseEvent"),
    signalEntity: accepted("signalEntity"),
  } as unknown as TaskHub;
  const limited = limitTaskHub(hub, LIMIT);
  const entity = { name: "e", key: "k" };

  it.each<[string, (payload: string) => Promise<unknown>]>([
    ["start", (input) => limited.start({ name: "o", input })],
    ["startAndWait", (input) => limited.startAndWait({ name: "o", input }, 1)],
    ["raiseEvent", (input) => limited.raiseEvent("i", "e", input)],
    ["signalEntity", (input) => limited.signalEntity(entity, "add", input)],
  ])("is refused by %s before anything is stored", async (name, call) => {
    calls.length = 0;
    await expect(call(TOO_LARGE)).rejects.toMatchObject({ code: "PAYLOAD_TOO_LARGE" });
    expect(calls).toEqual([]);
    await call(FITS);
    expect(calls).toEqual([name]);
  });
});

/** An executor whose code answers with these. */
function answering(answers: {
  readonly episode?: Partial<EpisodeResult>;
  readonly activity?: ActivityResult;
  readonly batch?: EntityBatchResult;
}): Executor {
  const executor = {
    executeOrchestration: async () => ({ actions: [], replayed: false, canceledTimers: [], ...answers.episode }),
    executeActivity: async () => answers.activity,
    executeEntity: async () => answers.batch,
    forget: () => undefined,
    knows: () => true,
    names: () => [],
  };
  return limitExecutor(executor as unknown as Executor, LIMIT);
}

describe("a function's payload above the limit", () => {
  it.each<Partial<EpisodeResult>>([
    { actions: [{ type: "ScheduleActivity", id: 0, name: "pay", input: TOO_LARGE }] },
    { actions: [{ type: "CreateSubOrchestration", id: 0, name: "ship", input: TOO_LARGE }] },
    { actions: [{ type: "SendEvent", id: 0, instanceId: "@e@k", name: "op", input: TOO_LARGE }] },
    { completion: { type: "Completed", output: TOO_LARGE } },
    { completion: { type: "ContinuedAsNew", input: TOO_LARGE } },
  ])("fails its orchestration at once: %j", async (episode) => {
    const result = await answering({ episode }).executeOrchestration({ name: "order" } as never, signal);
    expect(result.actions).toEqual([]);
    expect(result.completion).toMatchObject({
      type: "Failed",
      immediate: true,
      output: expect.stringMatching(
        /^Orchestrator function 'order' failed: .* has 11 bytes, and this host takes 10\. .*maxPayloadSizeInBytes/,
      ),
    });
  });

  it("is not taken for a disagreement with history when all is replayed", async () => {
    const actions = [{ type: "ScheduleActivity", id: 0, name: "pay", input: FITS }] as const;
    const episode: Partial<EpisodeResult> = {
      replayed: true,
      actions,
      completion: { type: "Completed", output: TOO_LARGE },
    };
    const result = await answering({ episode }).executeOrchestration({ name: "order" } as never, signal);
    expect(result).toMatchObject({ actions: [], replayed: false });
  });

  it("fails the activity that returns it", async () => {
    const activity: ActivityResult = { type: "Completed", result: TOO_LARGE };
    const result = await answering({ activity }).executeActivity({ name: "pay" } as never, signal);
    expect(result).toMatchObject({
      type: "Failed",
      reason: expect.stringContaining("Activity function 'pay' failed: Its result has 11"),
    });
  });

  it("fails the operation that returns it, and no other", async () => {
    const results = [
      { isError: false, result: FITS },
      { isError: false, result: TOO_LARGE },
    ];
    const batch: EntityBatchResult = { results, signals: [], exists: true, state: FITS };
    const operations = [{ name: "get" }, { name: "all" }];
    const result = await answering({ batch }).executeEntity({ entity: { name: "e" }, operations } as never, signal);
    expect(result.results).toEqual([
      { isError: false, result: FITS },
      { isError: true, result: expect.stringContaining("operation 'all' has 11 bytes") },
    ]);
    expect(result.state).toBe(FITS);
  });

  it("leaves an entity as it was when its state or a signal is too large", async () => {
    const results = [{ isError: false, result: null }];
    const before = { entity: { name: "e" }, operations: [{ name: "add" }], exists: false, state: null };
    const large: EntityBatchResult[] = [
      { results, signals: [], exists: true, state: TOO_LARGE },
      {
        results,
        exists: true,
        state: FITS,
        signals: [{ target: { name: "f", key: "k" }, name: "s", input: TOO_LARGE }],
      },
    ];
    for (const batch of large) {
      const result = await answering({ batch }).executeEntity(before as never, signal);
      expect(result).toEqual({
        results: [{ isError: true, result: expect.stringContaining("has 11 bytes") }],
        signals: [],
        exists: false,
        state: null,
      });
    }
  });
});

describe("a payload that was taken before the limit was lowered", () => {
  const action = { type: "ScheduleActivity", id: 3, name: "pay", input: TOO_LARGE } as const;
  const scheduled = { type: "TaskScheduled", timestamp: 0, eventId: 3, name: "pay", input: null } as const;

  it.each([
    ["does not fail the orchestration when a replay repeats it", [scheduled], false],
    ["is refused where it is asked for anew", [{ ...scheduled, eventId: 2 }], true],
  ])("%s", async (_, past, fails) => {
    const executor = {
      ...answering({}),
      async executeOrchestration({ loadPastEvents }: Episode): Promise<EpisodeResult> {
        await loadPastEvents();
        return { actions: [action], replayed: true, canceledTimers: [] };
      },
    };
    const episode = { name: "order", loadPastEvents: async () => past } as unknown as Episode;
    const result = await limitExecutor(executor, LIMIT).executeOrchestration(episode, signal);
    expect(result.completion?.type === "Failed").toBe(fails);
    expect(result.actions).toEqual(fails ? [] : [action]);
  });

  it("stays the state of an entity whose operations do not change it", async () => {
    const batch = { results: [{ isError: false, result: FITS }], signals: [], exists: true, state: TOO_LARGE };
    const before = { entity: { name: "e" }, operations: [{ name: "get" }], exists: true, state: TOO_LARGE };
    expect(await answering({ batch }).executeEntity(before as never, signal)).toEqual(batch);
  });
});

describe("a payload within the limit", () => {
  it("passes as it is", async () => {
    const activity: ActivityResult = { type: "Completed", result: FITS };
    const episode: Partial<EpisodeResult> = { completion: { type: "Completed", output: FITS } };
    const executor = answering({ activity, episode });
    expect(await executor.executeActivity({ name: "pay" } as never, signal)).toEqual(activity);
    expect(await executor.executeOrchestration({ name: "o" } as never, signal)).toMatchObject(episode);
  });
});
