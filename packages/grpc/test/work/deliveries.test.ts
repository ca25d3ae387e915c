import { NotForThisWorker, type ActivityResult } from "@durable-host/engine";
import { pb } from "../../src/proto/messages";
import { FakeWorker, never, aFilteredRequest, aHub, anEpisode, aRequest, aResult, aTask, settle } from "./fake-worker";

describe("work items of connected workers", () => {
  it("are sent at once to a worker that does not say how many it wants [GR8]", async () => {
    const { workers } = aHub();
    const worker = new FakeWorker(workers, "w");
    const running = workers.executor.executeActivity(aTask("ship", { input: '"A1"' }), never());
    await settle();

    expect(worker.items[0]?.getActivityrequest()?.getInput()?.getValue()).toBe('"A1"');
    expect(workers.completeActivity(aResult(worker.tokens[0]!, '"done"'))).toBe(true);
    await expect(running).resolves.toEqual({ type: "Completed", result: '"done"' });
  });

  it("are never more than the worker's limit at a time [GR9]", async () => {
    const { workers } = aHub();
    const worker = new FakeWorker(workers, "w", aRequest({ activities: 2 }));
    for (let taskId = 0; taskId < 5; taskId++) void workers.executor.executeActivity(aTask("a", { taskId }), never());
    await settle();
    expect(worker.items).toHaveLength(2);
    expect(workers.executor.capacity?.("activity")).toBe(2);

    workers.completeActivity(aResult(worker.tokens[1]!));
    expect(worker.items).toHaveLength(3);
    expect(workers.describe()[0]?.inFlight).toEqual({ orchestrations: 0, activities: 2, entities: 0 });
  });

  it("are shared by two workers, each of them once [GR10]", async () => {
    const { workers } = aHub();
    const both = [new FakeWorker(workers, "one"), new FakeWorker(workers, "two")];
    for (let taskId = 0; taskId < 200; taskId++) void workers.executor.executeActivity(aTask("a", { taskId }), never());
    await settle();

    expect(both.map((worker) => worker.items.length)).toEqual([100, 100]);
    const ids = both.flatMap((worker) => worker.items.map((item) => item.getActivityrequest()?.getTaskid()));
    expect(new Set(ids).size).toBe(200);
  });

  it("go to another worker at once when the connection breaks [GR11]", async () => {
    const { workers } = aHub();
    const lost = new FakeWorker(workers, "lost");
    void workers.executor.executeActivity(aTask("a"), never());
    await settle();
    const other = new FakeWorker(workers, "other");
    lost.break();

    expect(other.activities).toEqual(["a"]);
    expect(other.tokens).not.toEqual(lost.tokens);
  });

  it("are left for half a minute to a worker that has only cancelled its stream, and its late answer counts [GR13]", async () => {
    const { workers, clock } = aHub();
    const stopping = new FakeWorker(workers, "stopping");
    const running = workers.executor.executeActivity(aTask("a"), never());
    await settle();
    const other = new FakeWorker(workers, "other");
    stopping.cancel();
    clock.advance(29_000);
    expect(other.items).toHaveLength(0);

    expect(workers.completeActivity(aResult(stopping.tokens[0]!, "1"))).toBe(true);
    await expect(running).resolves.toMatchObject({ result: "1" });
    clock.advance(60_000);
    expect(other.items).toHaveLength(0);
  });

  it("go to another worker when the connection of a cancelled stream breaks, too", async () => {
    const { workers } = aHub();
    const stopping = new FakeWorker(workers, "stopping");
    void workers.executor.executeActivity(aTask("a"), never());
    await settle();
    const other = new FakeWorker(workers, "other");
    stopping.cancel();
    stopping.break();

    expect(other.activities).toEqual(["a"]);
  });

  it("take the first of two answers, and keep the place of the worker that is still at it [GR13]", async () => {
    const { workers, clock } = aHub();
    const slow = new FakeWorker(workers, "slow");
    const running = workers.executor.executeActivity(aTask("a"), never());
    await settle();
    const other = new FakeWorker(workers, "other", aRequest({ activities: 1 }));
    slow.cancel();
    clock.advance(30_000);
    expect(other.items).toHaveLength(1);

    expect(workers.completeActivity(aResult(slow.tokens[0]!, '"first"'))).toBe(true);
    await expect(running).resolves.toMatchObject({ result: '"first"' });
    expect(workers.describe()[0]?.inFlight.activities).toBe(1);
    expect(workers.completeActivity(aResult(other.tokens[0]!, '"second"'))).toBe(false);
    expect(workers.describe()[0]?.inFlight.activities).toBe(0);
  });

  it("stay delivered for an hour while their stream lives [GR16]", async () => {
    const { workers, clock } = aHub();
    const worker = new FakeWorker(workers, "w");
    const idle = new FakeWorker(workers, "idle");
    void workers.executor.executeActivity(aTask("a"), never());
    await settle();
    clock.advance(3_600_000);

    expect([worker.items.length, idle.items.length]).toEqual([1, 0]);
  });

  it("are not answered by tokens that nobody has given out [GR14]", () => {
    const { workers } = aHub();

    expect(workers.completeActivity(aResult("unknown"))).toBe(false);
    expect(workers.completeOrchestration(new pb.OrchestratorResponse().setCompletiontoken("unknown"))).toBe(false);
    expect(workers.completeEntity(new pb.EntityBatchResult().setCompletiontoken("unknown"))).toBe(false);
    expect(workers.abandon("unknown")).toBe(false);
    expect(workers.abandon("")).toBe(false);
  });

  it("are answered without a token by instance and task [GR15]", async () => {
    const { workers } = aHub();
    new FakeWorker(workers, "go");
    const first = workers.executor.executeActivity(aTask("a", { taskId: 7 }), never());
    const second = workers.executor.executeActivity(aTask("a", { taskId: 8 }), never());
    const episode = workers.executor.executeOrchestration(anEpisode("o"), never());
    await settle();

    const answer = aResult("", '"seven"').setInstanceid("i").setTaskid(7);
    expect(workers.completeActivity(answer)).toBe(true);
    expect(workers.completeActivity(answer)).toBe(false);
    expect(workers.completeOrchestration(new pb.OrchestratorResponse().setInstanceid("i"))).toBe(true);
    await expect(first).resolves.toMatchObject({ result: '"seven"' });
    await expect(episode).resolves.toMatchObject({ actions: [] });
    expect(workers.describe()[0]?.inFlight).toEqual({ orchestrations: 0, activities: 1, entities: 0 });
    workers.completeActivity(aResult("").setInstanceid("i").setTaskid(8));
    await second;
  });

  it("wait in the order in which they came, and are given back after ten seconds without room", async () => {
    const { workers, clock } = aHub();
    const worker = new FakeWorker(workers, "w", aRequest({ activities: 1 }));
    const names = ["first", "second", "third"];
    const results = names.map((name, taskId) => workers.executor.executeActivity(aTask(name, { taskId }), never()));
    await settle();
    clock.advance(9_000);
    workers.completeActivity(aResult(worker.tokens[0]!));
    expect(worker.activities).toEqual(["first", "second"]);

    clock.advance(1_000);
    await expect(results[2]).rejects.toThrow(NotForThisWorker);
    workers.completeActivity(aResult(worker.tokens[1]!));
    expect(worker.items).toHaveLength(2);
  });

  it("are given up when nobody waits any longer; what the worker answers then changes nothing", async () => {
    const { workers } = aHub();
    const worker = new FakeWorker(workers, "w");
    const abort = new AbortController();
    const running = workers.executor.executeActivity(aTask("a"), abort.signal);
    await settle();
    abort.abort();

    await expect(running).rejects.toMatchObject({ code: "WORKER_LOST" });
    expect(workers.completeActivity(aResult(worker.tokens[0]!))).toBe(false);
    expect(workers.describe()[0]?.inFlight.activities).toBe(0);
    await expect(workers.executor.executeActivity(aTask("a"), abort.signal)).rejects.toMatchObject({
      code: "WORKER_LOST",
    });
  });
});

describe("work items that a worker gives back", () => {
  async function abandoned(running: Promise<ActivityResult>): Promise<number> {
    const error: unknown = await running.catch((reason: unknown) => reason);
    if (!(error instanceof NotForThisWorker)) throw new Error(`It was not given back: ${String(error)}`);
    return error.retryInMs;
  }

  it("are left alone for longer each time, at most twice within two seconds [GR17]", async () => {
    const { workers } = aHub();
    const worker = new FakeWorker(workers, "w");
    const delays: number[] = [];
    for (let time = 0; time < 5; time++) {
      const running = workers.executor.executeActivity(aTask("a"), never());
      await settle();
      expect(workers.abandon(worker.tokens.at(-1)!)).toBe(true);
      delays.push(await abandoned(running));
    }

    expect(delays).toEqual([1_000, 2_000, 4_000, 5_000, 5_000]);
    expect(workers.describe()[0]?.inFlight.activities).toBe(0);
  });

  it("go to another worker if there is one", async () => {
    const { workers } = aHub();
    const rejecting = new FakeWorker(workers, "rejecting");
    const first = workers.executor.executeActivity(aTask("a"), never());
    await settle();
    const other = new FakeWorker(workers, "other", aRequest({ activities: 1 }));
    workers.abandon(rejecting.tokens[0]!);
    await abandoned(first);
    void workers.executor.executeActivity(aTask("a"), never());
    await settle();

    expect(rejecting.items).toHaveLength(1);
    expect(other.items).toHaveLength(1);
  });

  it("stay with the one who has them by now when a worker gives them back that has lost its stream", async () => {
    const { workers } = aHub();
    const lost = new FakeWorker(workers, "lost");
    const running = workers.executor.executeActivity(aTask("a"), never());
    await settle();
    const other = new FakeWorker(workers, "other");
    lost.break();

    expect(workers.abandon(lost.tokens[0]!)).toBe(true);
    expect(workers.completeActivity(aResult(other.tokens[0]!, "2"))).toBe(true);
    await expect(running).resolves.toMatchObject({ result: "2" });
  });
});

describe("filters of workers", () => {
  it("leave an orchestration to others that no connected worker takes, and give it to the first that does [GR18]", async () => {
    const { workers } = aHub();
    const onlyA = new FakeWorker(workers, "a", aFilteredRequest({ orchestrations: { A: [] } }));

    await expect(workers.executor.executeOrchestration(anEpisode("B"), never())).rejects.toThrow(NotForThisWorker);
    const everything = new FakeWorker(workers, "all");
    void workers.executor.executeOrchestration(anEpisode("B"), never());
    await settle();
    expect([onlyA.items.length, everything.items.length]).toEqual([0, 1]);
  });

  it("take nothing of a kind whose list is empty", () => {
    const { workers } = aHub();
    new FakeWorker(workers, "a", aFilteredRequest({ orchestrations: { A: [] } }));

    expect(workers.executor.capacity?.("orchestration")).toBe(100);
    expect(workers.executor.capacity?.("activity")).toBe(0);
    expect(workers.executor.capacity?.("entity")).toBe(0);
  });

  it("take exactly the versions they name; an unversioned activity has that of its orchestration [GR19]", async () => {
    const { workers } = aHub({ three: "3.0.0", two: "2.0.0" });
    const filters = { orchestrations: { O: ["3.0.0"] }, activities: { A: ["3.0.0"] } };
    const worker = new FakeWorker(workers, "w", aFilteredRequest(filters));
    const execute = (version: string) =>
      workers.executor.executeOrchestration(anEpisode("O", [], { version }), never());

    await expect(execute("2.0.0")).rejects.toThrow(NotForThisWorker);
    await expect(execute("")).rejects.toThrow(NotForThisWorker);
    const other = workers.executor.executeActivity(aTask("A", { instanceId: "two" }), never());
    await expect(other).rejects.toThrow(NotForThisWorker);
    void execute("3.0.0");
    void workers.executor.executeActivity(aTask("A", { instanceId: "three" }), never());
    void workers.executor.executeActivity(aTask("A", { instanceId: "two", version: "3.0.0" }), never());
    await settle();
    expect(worker.items).toHaveLength(3);
  });

  it("are told to whoever wants to see who is connected [GR79]", () => {
    const { workers, clock } = aHub();
    new FakeWorker(workers, "one", aFilteredRequest({ activities: { A: ["1"] }, entities: ["Counter"] }));
    new FakeWorker(workers, "two", aRequest({ orchestrations: 5 }));

    expect(workers.describe()).toEqual([
      {
        workerId: "one",
        userAgent: "fake/1.0",
        connectedAt: clock.now(),
        inFlight: { orchestrations: 0, activities: 0, entities: 0 },
        limits: { orchestrations: 100, activities: 100, entities: 100 },
        filters: { orchestrations: [], activities: [{ name: "A", versions: ["1"] }], entities: ["counter"] },
      },
      {
        workerId: "two",
        userAgent: "fake/1.0",
        connectedAt: clock.now(),
        inFlight: { orchestrations: 0, activities: 0, entities: 0 },
        limits: { orchestrations: 5, activities: 100, entities: 100 },
      },
    ]);
  });
});

describe("work items that nobody waits for any longer", () => {
  it("leave room for others when their worker gives them back", async () => {
    const { workers } = aHub();
    const worker = new FakeWorker(workers, "w", aRequest({ activities: 1 }));
    const host = new AbortController();
    const given = workers.executor.executeActivity(aTask("a"), host.signal);
    await settle();
    host.abort();
    await expect(given).rejects.toMatchObject({ code: "WORKER_LOST" });
    void workers.executor.executeActivity(aTask("b", { taskId: 2 }), never());
    await settle();
    expect(worker.activities).toEqual(["a"]);

    expect(workers.abandon(worker.tokens[0]!)).toBe(false);
    expect(worker.activities).toEqual(["a", "b"]);
    expect(workers.describe()[0]?.inFlight).toEqual({ orchestrations: 0, activities: 1, entities: 0 });
  });
});

describe("streams of workers", () => {
  it("get a ping after every 20 seconds of silence, and none while there is work [GR7]", async () => {
    const { workers, clock } = aHub();
    const worker = new FakeWorker(workers, "w");
    clock.advance(19_999);
    void workers.executor.executeActivity(aTask("a"), never());
    await settle();
    clock.advance(19_999);
    expect(worker.pings).toBe(0);
    clock.advance(1);
    expect(worker.pings).toBe(1);
    clock.advance(600_000);
    expect(worker.pings).toBe(31);

    workers.completeActivity(aResult(worker.tokens[0]!));
    worker.break();
    clock.advance(60_000);
    expect(worker.pings).toBe(31);
  });

  it("tell dispatchers that there is room when they are opened, and that there is none without them", () => {
    const { workers } = aHub();
    const grown: string[] = [];
    workers.executor.onCapacity?.((kind) => grown.push(kind));
    expect(workers.executor.capacity?.("orchestration")).toBe(0);

    const worker = new FakeWorker(workers, "w");
    expect(grown).toEqual(["orchestration", "activity", "entity"]);
    worker.break();
    expect(workers.executor.capacity?.("orchestration")).toBe(0);
  });

  it("are all closed in the end, also those that come too late; answers still count [GR77]", async () => {
    const { workers } = aHub();
    const worker = new FakeWorker(workers, "w");
    const running = workers.executor.executeActivity(aTask("a"), never());
    await settle();
    workers.close();
    const late = new FakeWorker(workers, "late");

    expect([worker.closed, late.closed]).toEqual([true, true]);
    expect(workers.describe()).toEqual([]);
    expect(workers.completeActivity(aResult(worker.tokens[0]!, "3"))).toBe(true);
    await expect(running).resolves.toMatchObject({ result: "3" });
  });
});
