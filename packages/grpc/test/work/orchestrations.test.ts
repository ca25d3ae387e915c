import { NotForThisWorker } from "@durable-host/engine";
import { BUILT_AT, anEventRaised, anExecutionStarted, anOrchestratorStarted } from "@durable-host/testkit";
import { pb } from "../../src/proto/messages";
import { wrapNumber, wrapText } from "../../src/proto/scalars";
import { FakeWorker, aBatch, aHub, anEpisode, never, settle } from "./fake-worker";
import { WarningRecorder } from "./warning-recorder";

const streaming = new pb.GetWorkItemsRequest().setCapabilitiesList([
  pb.WorkerCapability.WORKER_CAPABILITY_HISTORY_STREAMING,
]);

/** More than is sent along to those who can stream it. */
const longPast = [
  anOrchestratorStarted(),
  anExecutionStarted("i", { executionId: "e" }),
  ...Array.from({ length: 12 }, (_, index) => anEventRaised(`e${index}`, { input: "x".repeat(100_000) })),
];

function request(worker: FakeWorker, index = 0): pb.OrchestratorRequest {
  const found = worker.items[index]?.getOrchestratorrequest();
  if (!found) throw new Error("The worker has got no orchestration.");
  return found;
}

function answer(token: string, ...ids: number[]): pb.OrchestratorResponse {
  const actions = ids.map((id) =>
    new pb.OrchestratorAction().setId(id).setScheduletask(new pb.ScheduleTaskAction().setName("ship")),
  );
  return new pb.OrchestratorResponse().setInstanceid("i").setCompletiontoken(token).setActionsList(actions);
}

describe("orchestrations with workers", () => {
  it("are answered once when the last part has come, and not at all without it [GR34]", async () => {
    const { workers } = aHub();
    const worker = new FakeWorker(workers, "w");
    let answered = false;
    const running = workers.executor.executeOrchestration(anEpisode("o"), never());
    void running.then(() => (answered = true));
    await settle();
    const token = worker.tokens[0]!;

    expect(workers.completeOrchestration(answer(token, 0, 1).setIspartial(true).setChunkindex(wrapNumber(0)))).toBe(
      true,
    );
    expect(workers.completeOrchestration(answer(token, 2).setIspartial(true).setChunkindex(wrapNumber(1)))).toBe(true);
    await settle();
    expect(answered).toBe(false);
    expect(workers.completeOrchestration(answer(token, 3).setChunkindex(wrapNumber(2)))).toBe(true);
    expect((await running).actions.map(({ id }) => id)).toEqual([0, 1, 2, 3]);
  });

  it("lose the parts of an answer whose worker is gone", async () => {
    const { workers } = aHub();
    const lost = new FakeWorker(workers, "lost");
    const running = workers.executor.executeOrchestration(anEpisode("o"), never());
    await settle();
    workers.completeOrchestration(answer(lost.tokens[0]!, 0).setIspartial(true));
    const other = new FakeWorker(workers, "other");
    lost.break();
    workers.completeOrchestration(answer(other.tokens[0]!, 5));

    expect((await running).actions.map(({ id }) => id)).toEqual([5]);
  });

  it("have long histories streamed by workers that can, and sent along to the others [GR35]", async () => {
    const { workers } = aHub();
    const capable = new FakeWorker(workers, "capable", streaming);
    void workers.executor.executeOrchestration(anEpisode("o", longPast), never());
    await settle();

    expect(request(capable).getRequireshistorystreaming()).toBe(true);
    expect(request(capable).getPasteventsList()).toEqual([]);
    expect(request(capable).getNeweventsList()).toHaveLength(1);
    expect(request(capable).hasEntityparameters()).toBe(true);
    const chunks = workers.streamedHistory("i", "e") ?? [];
    expect(chunks.length).toBeGreaterThan(3);

    const plain = new FakeWorker(workers, "plain");
    capable.break();
    expect(request(plain).getRequireshistorystreaming()).toBe(false);
    const streamed = chunks.flatMap((chunk) => chunk.getEventsList().map((event) => event.toObject()));
    expect(streamed).toEqual(
      request(plain)
        .getPasteventsList()
        .map((event) => event.toObject()),
    );
  });

  it("have no history to stream that nobody has, or of another execution", async () => {
    const { workers } = aHub();
    expect(workers.streamedHistory("i", "e")).toBeUndefined();
    const worker = new FakeWorker(workers, "w", streaming);
    const running = workers.executor.executeOrchestration(anEpisode("o", longPast), never());
    await settle();

    expect(workers.streamedHistory("i", "other")).toBeUndefined();
    expect(workers.streamedHistory("i", "")).toHaveLength(6);
    workers.completeOrchestration(answer(worker.tokens[0]!));
    await running;
    expect(workers.streamedHistory("i", "e")).toBeUndefined();
  });

  it("have short histories sent along to everybody", async () => {
    const { workers } = aHub();
    const capable = new FakeWorker(workers, "capable", streaming);
    void workers.executor.executeOrchestration(anEpisode("o", longPast.slice(0, 4)), never());
    await settle();

    expect(request(capable).getPasteventsList()).toHaveLength(4);
  });

  it("are delivered again with their history to a worker that has none", async () => {
    const { workers } = aHub();
    const capable = new FakeWorker(workers, "capable", streaming);
    const running = workers.executor.executeOrchestration(anEpisode("o", longPast), never());
    await settle();

    expect(workers.completeOrchestration(answer(capable.tokens[0]!).setRequireshistory(true))).toBe(true);
    expect(request(capable, 1).getPasteventsList()).toHaveLength(longPast.length);
    expect(workers.completeOrchestration(answer(capable.tokens[0]!, 1))).toBe(false);
    expect(workers.completeOrchestration(answer(capable.tokens[1]!, 2))).toBe(true);
    expect((await running).actions.map(({ id }) => id)).toEqual([2]);
  });

  it("stay with the worker that has them by now when the one before asks for their history", async () => {
    const { workers } = aHub();
    const lost = new FakeWorker(workers, "lost", streaming);
    const running = workers.executor.executeOrchestration(anEpisode("o", longPast), never());
    await settle();
    const other = new FakeWorker(workers, "other");
    lost.break();
    expect(workers.completeOrchestration(answer(lost.tokens[0]!).setRequireshistory(true))).toBe(true);

    expect(other.items).toHaveLength(1);
    expect(workers.completeOrchestration(answer(other.tokens[0]!, 1))).toBe(true);
    expect((await running).actions.map(({ id }) => id)).toEqual([1]);
  });

  it("are delivered once when a worker asks for their history whose stream has ended", async () => {
    const { workers } = aHub();
    const lost = new FakeWorker(workers, "lost", streaming);
    const running = workers.executor.executeOrchestration(anEpisode("o", longPast), never());
    await settle();
    lost.break();
    workers.completeOrchestration(answer(lost.tokens[0]!).setRequireshistory(true));
    const other = new FakeWorker(workers, "other");
    expect(workers.completeOrchestration(answer(other.tokens[0]!, 1))).toBe(true);
    await running;
    void workers.executor.executeActivity({ ...anEpisode("a"), taskId: 1 }, never());
    await settle();

    const names = other.items.map((item) => item.getOrchestratorrequest()?.getInstanceid());
    expect(names).toEqual(["i", undefined]);
  });

  it("go to another worker soon after their worker has cancelled its stream", async () => {
    const { workers, clock } = aHub();
    const stopping = new FakeWorker(workers, "stopping");
    void workers.executor.executeOrchestration(
      anEpisode("o", [], { newEvents: [anOrchestratorStarted(BUILT_AT)] }),
      never(),
    );
    await settle();
    const other = new FakeWorker(workers, "other");
    stopping.cancel();
    clock.advance(4_999);
    expect(other.items).toHaveLength(0);
    clock.advance(1);
    expect(other.items).toHaveLength(1);
  });
});

describe("entity batches with workers", () => {
  const batch = aBatch({ name: "add", input: "1", isSignal: true });

  it("are sent in the newer form and answered with the new state [GR66]", async () => {
    const { workers } = aHub();
    const worker = new FakeWorker(workers, "w");
    const running = workers.executor.executeEntity(batch, never());
    await settle();

    expect(worker.items[0]?.hasEntityrequest()).toBe(false);
    expect(worker.items[0]?.getEntityrequestv2()?.getOperationrequestsList()).toHaveLength(1);
    const result = new pb.EntityBatchResult().setResultsList([aSuccess()]).setEntitystate(wrapText("1"));
    expect(workers.completeEntity(result.setCompletiontoken(worker.tokens[0]!))).toBe(true);
    await expect(running).resolves.toMatchObject({ results: [{ isError: false }], exists: true, state: "1" });
  });

  it.each([
    ["fails as a whole", new pb.EntityBatchResult().setFailuredetails(new pb.TaskFailureDetails())],
    ["has no state", new pb.EntityBatchResult().setRequiresstate(true)],
    ["answers nothing", new pb.EntityBatchResult()],
  ])("are tried again later when the worker %s", async (_, result) => {
    const { workers } = aHub();
    const worker = new FakeWorker(workers, "w");
    const running = workers.executor.executeEntity(batch, never());
    await settle();

    expect(workers.completeEntity(result.setCompletiontoken(worker.tokens[0]!))).toBe(true);
    await expect(running).rejects.toThrow(NotForThisWorker);
  });

  it("wait longer each time their worker answers nothing, and the log names entity and worker", async () => {
    const log = new WarningRecorder();
    const { workers } = aHub({}, log);
    const worker = new FakeWorker(workers, "idle");
    const delays: number[] = [];
    for (let time = 0; time < 4; time++) {
      const running = workers.executor.executeEntity(batch, never());
      await settle();
      workers.completeEntity(new pb.EntityBatchResult().setCompletiontoken(worker.tokens.at(-1)!));
      const error: unknown = await running.catch((reason: unknown) => reason);
      if (error instanceof NotForThisWorker) delays.push(error.retryInMs);
    }

    expect(delays).toEqual([1_000, 2_000, 4_000, 5_000]);
    expect(log.warnings[0]).toContain("Worker 'idle' could not execute the operations of entity '@counter@k'");
  });

  it("go to another worker when one has answered nothing", async () => {
    const { workers } = aHub();
    const idle = new FakeWorker(workers, "idle");
    const running = workers.executor.executeEntity(batch, never());
    await settle();
    const other = new FakeWorker(workers, "other");
    workers.completeEntity(new pb.EntityBatchResult().setCompletiontoken(idle.tokens[0]!));
    await expect(running).rejects.toThrow(NotForThisWorker);
    void workers.executor.executeEntity(batch, never());
    await settle();

    expect([idle.items.length, other.items.length]).toEqual([1, 1]);
  });
});

function aSuccess(): pb.OperationResult {
  return new pb.OperationResult().setSuccess(new pb.OperationResultSuccess());
}
