import { NotForThisWorker } from "@durable-host/engine";
import { BUILT_AT, anEventRaised, anExecutionStarted, anOrchestratorStarted } from "@durable-host/testkit";
import { pb } from "../../src/proto/messages";
import type { HubWorkers } from "../../src/work/hub-workers";
import { FakeWorker, aBatch, aHub, anEpisode, aResult, aTask, never, settle } from "./fake-worker";
import { WarningRecorder } from "./warning-recorder";

/** A payload that is more than gRPC libraries take unless they are told otherwise. */
const LARGE = JSON.stringify("x".repeat(4_400_000));

/** A worker whose library ends the stream on messages that are too large for it, and which connects again then. */
class LimitedWorker {
  readonly #workers: HubWorkers;
  readonly #workerId: string;
  #stream: FakeWorker;
  /** How often its stream has ended. */
  ended = 0;

  constructor(workers: HubWorkers, workerId: string) {
    this.#workers = workers;
    this.#workerId = workerId;
    this.#stream = new FakeWorker(workers, workerId);
  }

  get stream(): FakeWorker {
    return this.#stream;
  }

  /** It has been sent what it cannot take, and opens another stream. */
  comeBack(): void {
    this.ended++;
    this.#stream.cancel();
    this.#stream = new FakeWorker(this.#workers, this.#workerId);
  }

  /** The same until it is sent nothing that is too large. */
  async comeBackAsLongAsNeeded(): Promise<void> {
    await settle();
    while (this.ended < 10 && this.#stream.items.some((item) => item.serializeBinary().length > 4 * 1024 * 1024)) {
      this.comeBack();
    }
  }
}

describe("a message that no worker can receive", () => {
  it("fails its activity once three streams have ended upon it, and says what to do", async () => {
    const log = new WarningRecorder();
    const { workers } = aHub({}, log);
    const worker = new LimitedWorker(workers, "limited");
    const running = workers.executor.executeActivity(aTask("echo", { input: LARGE }), never());
    await worker.comeBackAsLongAsNeeded();

    await expect(running).resolves.toMatchObject({
      type: "Failed",
      reason: expect.stringContaining("The message with activity 'echo' of instance 'i' has 4.2 MB"),
      failureDetails: { errorType: "MessageTooLarge", isNonRetriable: true },
    });
    expect(worker.ended).toBe(3);
    expect(log.warnings[0]).toContain("Worker 'limited' has ended its stream when it was sent activity 'echo'");
    expect(log.warnings[0]).toContain("raise the limit in the worker");
    expect(log.warnings[2]).toContain("It is sent no messages of 4.2 MB and more from now on.");
    expect(log.warnings).toHaveLength(4);
  });

  it("fails its orchestration, whose history is part of it", async () => {
    const { workers } = aHub();
    const worker = new LimitedWorker(workers, "limited");
    const past = [anOrchestratorStarted(), anExecutionStarted("i"), anEventRaised("e", { input: LARGE })];
    const running = workers.executor.executeOrchestration(anEpisode("o", past), never());
    await worker.comeBackAsLongAsNeeded();

    const { actions, completion } = await running;
    expect(actions).toEqual([]);
    expect(completion).toMatchObject({
      type: "Failed",
      output: expect.stringContaining("orchestration 'o', instance 'i', with its history has 4.2 MB"),
      failureDetails: { errorType: "MessageTooLarge" },
    });
  });

  it("fails the operations of its entity, whose state stays", async () => {
    const { workers } = aHub();
    const worker = new LimitedWorker(workers, "limited");
    const batch = aBatch({ name: "get", input: null, isSignal: false }, { name: "add", input: "1", isSignal: true });
    const running = workers.executor.executeEntity({ ...batch, exists: true, state: LARGE }, never());
    await worker.comeBackAsLongAsNeeded();

    const { results, exists, state } = await running;
    expect(results).toMatchObject([{ isError: true, failureDetails: { errorType: "MessageTooLarge" } }]);
    expect([exists, state === LARGE]).toEqual([true, true]);
  });

  it("is not sent any more to the worker that could not take one of that size; smaller ones are", async () => {
    const { workers } = aHub();
    const worker = new LimitedWorker(workers, "limited");
    void workers.executor.executeActivity(aTask("a", { input: LARGE }), never());
    await worker.comeBackAsLongAsNeeded();
    const next = workers.executor.executeActivity(aTask("b", { input: LARGE, taskId: 2 }), never());
    void workers.executor.executeActivity(aTask("c", { input: "1", taskId: 3 }), never());
    await settle();

    await expect(next).resolves.toMatchObject({ type: "Failed" });
    expect(worker.stream.activities).toEqual(["c"]);
  });

  it("is noticed, too, when the new stream is opened before the end of the old one is known", async () => {
    const log = new WarningRecorder();
    const { workers } = aHub({}, log);
    let stream = new FakeWorker(workers, "limited");
    const running = workers.executor.executeActivity(aTask("a", { input: LARGE }), never());
    await settle();
    for (let time = 1; time <= 3; time++) {
      const next = new FakeWorker(workers, "limited");
      stream.cancel();
      stream = next;
    }

    await expect(running).resolves.toMatchObject({ failureDetails: { errorType: "MessageTooLarge" } });
    expect(log.warnings).toHaveLength(4);
  });

  it("goes to a worker that can receive it", async () => {
    const { workers } = aHub();
    const limited = new LimitedWorker(workers, "limited");
    const running = workers.executor.executeActivity(aTask("a", { input: LARGE }), never());
    await settle();
    limited.comeBack();
    limited.comeBack();
    const other = new FakeWorker(workers, "other");
    limited.comeBack();

    expect(other.activities).toEqual(["a"]);
    workers.completeActivity(aResult(other.tokens[0]!, '"done"'));
    await expect(running).resolves.toEqual({ type: "Completed", result: '"done"' });
  });
});

describe("a large message whose stream has ended", () => {
  it.each([
    ["another worker comes", "other", 1_000],
    ["the stream had stood for a minute", "w", 60_000],
  ])("is nothing that its worker could not receive when %s", async (_, comes, afterMs) => {
    const log = new WarningRecorder();
    const { workers, clock } = aHub({}, log);
    const worker = new FakeWorker(workers, "w");
    void workers.executor.executeActivity(aTask("a", { input: LARGE }), never());
    await settle();
    clock.advance(afterMs);
    worker.cancel();
    new FakeWorker(workers, comes);

    expect(log.warnings).toEqual([]);
  });

  it("does not count when the worker answers it after all, and what was counted before is forgotten", async () => {
    const log = new WarningRecorder();
    const { workers } = aHub({}, log);
    const worker = new LimitedWorker(workers, "w");
    for (let taskId = 1; taskId <= 4; taskId++) {
      const running = workers.executor.executeActivity(aTask("a", { input: LARGE, taskId }), never());
      await settle();
      worker.comeBack();
      await settle();
      workers.completeActivity(aResult(worker.stream.tokens[0]!, "1"));
      await expect(running).resolves.toMatchObject({ type: "Completed" });
    }

    expect(log.warnings.every((text) => text.includes("(1 of 3 times)"))).toBe(true);
  });
});

describe("what would make a large message", () => {
  it("is cut where it is the operations of an entity: as many are sent as fit", async () => {
    const { workers } = aHub();
    const worker = new FakeWorker(workers, "w");
    const large = { name: "add", input: JSON.stringify("x".repeat(1_500_000)), isSignal: true };
    void workers.executor.executeEntity(aBatch(large, large, large, large), never());
    await settle();

    expect(worker.items[0]?.getEntityrequestv2()?.getOperationrequestsList()).toHaveLength(2);
    expect(worker.items[0]?.serializeBinary().length).toBeLessThan(4 * 1024 * 1024);
  });

  it("is left out where it is a history that the worker streams", async () => {
    const { workers } = aHub();
    const streaming = new pb.GetWorkItemsRequest().setCapabilitiesList([
      pb.WorkerCapability.WORKER_CAPABILITY_HISTORY_STREAMING,
    ]);
    const worker = new FakeWorker(workers, "w", streaming);
    const past = [anOrchestratorStarted(), anExecutionStarted("i"), anEventRaised("e", { input: LARGE })];
    const episode = anEpisode("o", past, { newEvents: [anOrchestratorStarted(BUILT_AT)] });
    const running = workers.executor.executeOrchestration(episode, never());
    await settle();
    worker.cancel();
    new FakeWorker(workers, "w", streaming);

    expect(worker.items[0]?.serializeBinary().length).toBeLessThan(1_000);
    workers.abandon(worker.tokens[0]!);
    await expect(running).rejects.toThrow(NotForThisWorker);
  });
});
