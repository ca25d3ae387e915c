import type { Episode, EpisodeResult, HistoryEvent } from "@durable-host/engine";
import { indexFunctions, type FunctionIndex } from "../../src/pool/function-index";
import { InvocationEvents } from "../../src/pool/invocation-events";
import { PoolExecutor } from "../../src/pool/pool-executor";
import { unlessAborted } from "../../src/pool/unless-aborted";
import type { WorkerPool } from "../../src/pool/worker-pool";
import type { EpisodeAnswer, EpisodeRequest } from "../../src/worker/orchestrator/episode-request";

const RESULT: EpisodeResult = { actions: [], replayed: false, canceledTimers: [] };
const PAST: readonly HistoryEvent[] = [{ type: "OrchestratorStarted", timestamp: 1 }];

function index(): FunctionIndex {
  const trigger = (type: string) => ({ bindings: { t: { type, direction: "in" as const } }, scriptFile: "/f.js" });
  const reports = [
    { name: "Hello", ...trigger("orchestrationTrigger") },
    { name: "Greet", ...trigger("activityTrigger") },
    { name: "Counter", ...trigger("entityTrigger") },
  ];
  return indexFunctions(reports, [], { settings: {} });
}

/** Stands in for a worker process: answers episodes as told and records what it was asked. */
class FakeWorker {
  hasExited = false;
  readonly exited = new Promise<never>(() => undefined);
  readonly requests: EpisodeRequest[] = [];
  readonly forgotten: string[] = [];
  needsHistory = false;

  async call(_kind: string, _name: string, request: EpisodeRequest): Promise<EpisodeAnswer> {
    this.requests.push(request);
    if (this.needsHistory && request.pastEvents === undefined) return { type: "historyNeeded" };
    return { type: "result", result: RESULT };
  }

  forget(instanceId: string): void {
    this.forgotten.push(instanceId);
  }
}

function setUp(): { executor: PoolExecutor; workers: FakeWorker[] } {
  const workers: FakeWorker[] = [];
  const take = async (): Promise<FakeWorker> => {
    const worker = new FakeWorker();
    workers.push(worker);
    return worker;
  };
  const pool = { take } as unknown as WorkerPool;
  return { executor: new PoolExecutor({ pool, index: index(), events: new InvocationEvents(undefined) }), workers };
}

function anEpisode(fields: Partial<Episode> = {}): Episode & { loads(): number } {
  let loads = 0;
  return {
    instanceId: "i",
    executionId: "e",
    name: "hello",
    version: "",
    input: null,
    episode: 1,
    newEvents: [],
    loadPastEvents: async () => {
      loads++;
      return PAST;
    },
    loads: () => loads,
    ...fields,
  };
}

const signal = new AbortController().signal;

describe("the executor of orchestrations", () => {
  it("sends the past along when no session can exist", async () => {
    const { executor, workers } = setUp();
    await expect(executor.executeOrchestration(anEpisode(), signal)).resolves.toBe(RESULT);
    expect(workers[0]?.requests).toEqual([expect.objectContaining({ pastEvents: PAST, name: "hello" })]);
  });

  it("continues where the instance is resident, without its past", async () => {
    const { executor, workers } = setUp();
    await executor.executeOrchestration(anEpisode(), signal);
    const next = anEpisode({ episode: 2, resumeAfter: 1 });
    await executor.executeOrchestration(next, signal);
    expect(workers).toHaveLength(1);
    expect(workers[0]?.requests[1]).not.toHaveProperty("pastEvents");
    expect(next.loads()).toBe(0);
  });

  it("sends the past when the worker has no session after all", async () => {
    const { executor, workers } = setUp();
    await executor.executeOrchestration(anEpisode(), signal);
    if (workers[0]) workers[0].needsHistory = true;
    const next = anEpisode({ episode: 2, resumeAfter: 1 });
    await expect(executor.executeOrchestration(next, signal)).resolves.toBe(RESULT);
    expect(workers[0]?.requests.slice(1).map(({ pastEvents }) => pastEvents)).toEqual([undefined, PAST]);
  });

  it("sends the past to another worker when the resident one has ended", async () => {
    const { executor, workers } = setUp();
    await executor.executeOrchestration(anEpisode(), signal);
    if (workers[0]) workers[0].hasExited = true;
    await executor.executeOrchestration(anEpisode({ episode: 2, resumeAfter: 1 }), signal);
    expect(workers[1]?.requests).toEqual([expect.objectContaining({ pastEvents: PAST })]);
  });

  it("tells the worker, and only it, to forget an instance", async () => {
    const { executor, workers } = setUp();
    await executor.executeOrchestration(anEpisode(), signal);
    executor.forget("i");
    executor.forget("unknown");
    expect(workers[0]?.forgotten).toEqual(["i"]);
    await executor.executeOrchestration(anEpisode({ resumeAfter: 1 }), signal);
    expect(workers).toHaveLength(2);
  });

  it("tells the worker an instance leaves to forget it", async () => {
    const { executor, workers } = setUp();
    await executor.executeOrchestration(anEpisode(), signal);
    await executor.executeOrchestration(anEpisode({ episode: 2 }), signal);
    expect(workers.map(({ forgotten }) => forgotten)).toEqual([["i"], []]);
    executor.forget("i");
    expect(workers.map(({ forgotten }) => forgotten)).toEqual([["i"], ["i"]]);
  });

  it("runs nothing once nobody waits", async () => {
    const { executor, workers } = setUp();
    const running = executor.executeOrchestration(anEpisode(), AbortSignal.abort());
    await expect(running).rejects.toMatchObject({ code: "WORKER_LOST" });
    expect(workers).toEqual([]);
  });
});

describe("a call that outlasts the wait for it", () => {
  const neverAnswers = new Promise<never>(() => undefined);
  const worker = { hasExited: false, exited: neverAnswers, call: () => neverAnswers, forget: () => undefined };
  const pool = { take: async () => worker, call: () => neverAnswers } as unknown as WorkerPool;
  const executor = new PoolExecutor({ pool, index: index(), events: new InvocationEvents(undefined) });
  const task = { name: "greet", instanceId: "i", executionId: "e", taskId: 0, input: null };
  const batch = { entity: { name: "counter", key: "k" }, exists: false, state: null, operations: [] };

  it.each([
    ["an activity", (stop: AbortSignal) => executor.executeActivity(task, stop)],
    ["an entity", (stop: AbortSignal) => executor.executeEntity(batch, stop)],
    ["an orchestrator", (stop: AbortSignal) => executor.executeOrchestration(anEpisode(), stop)],
  ])("is given up when the signal says so: %s", async (_what, execute) => {
    const stop = new AbortController();
    const running = Promise.allSettled([execute(stop.signal), execute(stop.signal)]);
    await new Promise((resolve) => setImmediate(resolve));
    stop.abort();
    const lost = { status: "rejected", reason: expect.objectContaining({ code: "WORKER_LOST" }) };
    expect(await running).toEqual([lost, lost]);
  });

  it("shares one listener of the signal with all others", async () => {
    const stop = new AbortController();
    const listen = jest.spyOn(stop.signal, "addEventListener");
    const results = await Promise.all([1, 2, 3].map((n) => unlessAborted(stop.signal, async () => n)));
    await expect(unlessAborted(stop.signal, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(results).toEqual([1, 2, 3]);
    expect(listen).toHaveBeenCalledTimes(1);
  });
});

describe("the function index", () => {
  const trigger = { type: "httpTrigger", direction: "in" as const };
  const report = (name: string, bindings: Record<string, typeof trigger>) => ({ name, bindings, scriptFile: "/f.js" });

  it("finds functions in any case", () => {
    expect(index().find("HELLO")?.name).toBe("Hello");
    expect(index().knows("orchestration", "hELLO")).toBe(true);
    expect(index().knows("activity", "hello")).toBe(false);
  });

  it("rejects a function without a trigger, and one with two", () => {
    const { functions, rejected } = indexFunctions(
      [report("none", {}), report("two", { a: trigger, b: trigger })],
      [],
      { settings: {} },
    );
    expect(functions).toEqual([]);
    expect(rejected.map(({ name, reason }) => [name, reason])).toEqual([
      ["none", "It has 0 triggers; a function has exactly one."],
      ["two", "It has 2 triggers; a function has exactly one."],
    ]);
  });

  it.each([
    ["AzureWebJobs.F.Disabled", "1", true],
    ["azurewebjobs_f_disabled", "TRUE", true],
    ["AzureWebJobs.f.Disabled", "false", false],
    ["AzureWebJobs.other.Disabled", "1", false],
  ])("with %s=%s says disabled: %s", (setting, value, disabled) => {
    const { functions } = indexFunctions([report("f", { a: trigger })], [], { settings: { [setting]: value } });
    expect(functions.map((fn) => fn.disabled)).toEqual([disabled]);
  });
});
