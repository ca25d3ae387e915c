import { whenAll, type OrchestrationContext } from "@microsoft/durabletask-js";
import { pb } from "../../src/proto/messages";
import { wrapText } from "../../src/proto/scalars";
import { FakeWorker } from "./fake-worker";
import { SdkHub } from "./sdk-hub";
import { SdkWorker, type SdkFunctions } from "./sdk-worker";

// What a step resolves to depends on the task.
// oxlint-disable-next-line typescript/no-explicit-any
type Steps = AsyncGenerator<unknown, any, any>;

let failuresLeft = 0;

const functions: SdkFunctions = {
  orchestrators: {
    // The SDK continues as new only what is a generator.
    // oxlint-disable-next-line require-yield
    async *rounds(context: OrchestrationContext, round: number): Steps {
      if (round > 0) context.continueAsNew(round - 1, true);
      return context.instanceId;
    },
    async *nest(context: OrchestrationContext, depth: number): Steps {
      if (depth === 0) return yield context.waitForExternalEvent("never");
      return yield context.callSubOrchestrator("nest", depth - 1, { instanceId: `${context.instanceId}-${depth}` });
    },
    async *retrying(context: OrchestrationContext): Steps {
      for (let attempt = 1; ; attempt++) {
        try {
          return yield context.callSubOrchestrator("flaky", null, { instanceId: `${context.instanceId}-child` });
        } catch {
          if (attempt === 3) throw new Error("in vain");
        }
      }
    },
    flaky: () => {
      if (failuresLeft-- > 0) throw new Error("not yet");
      return "at last";
    },
    async *overLive(context: OrchestrationContext, id: string): Steps {
      try {
        yield context.callSubOrchestrator("flaky", null, { instanceId: id });
        return "started";
      } catch (error) {
        return (error as Error).message;
      }
    },
    async *intoTheVoid(context: OrchestrationContext): Steps {
      context.sendEvent("nobody", "hello", 1);
      yield context.createTimer(0.01);
      return "sent";
    },
    async *collect(context: OrchestrationContext, count: number): Steps {
      const events: unknown[] = [];
      for (let index = 0; index < count; index++) events.push(yield context.waitForExternalEvent("item"));
      return events;
    },
    leaving: (context: OrchestrationContext) => {
      context.callActivity("echo", 1);
      context.createTimer(3_600);
      return "early";
    },
    async *values(context: OrchestrationContext, inputs: readonly unknown[]): Steps {
      return yield whenAll(inputs.map((input) => context.callActivity<unknown, unknown>("echo", input)));
    },
    async *timers(context: OrchestrationContext): Steps {
      yield context.createTimer(new Date(0));
      context.createTimer(40 * 24 * 3_600);
      yield context.waitForExternalEvent("go");
    },
  },
  activities: { echo: (value: unknown) => value },
};

describe("orchestrations of the JavaScript SDK", () => {
  let hub: SdkHub;
  let worker: SdkWorker;

  beforeEach(async () => {
    hub = await SdkHub.start();
    worker = new SdkWorker(hub.workers, functions);
  });

  afterEach(() => hub.stop());

  async function waiting(id: string): Promise<void> {
    while ((await hub.taskHub.getInstance(id))?.runtimeStatus !== "Running") {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  it("continue as new a thousand times with one history, never seen as continued [GR21, GR29]", async () => {
    const { taskHub } = hub;
    const id = await taskHub.start({ name: "rounds", input: "1000" });
    const created = (await taskHub.getInstance(id))?.createdAt;
    const seen = new Set<string | undefined>();
    const ended = hub.end(id);
    let isOver = false;
    void ended.then(() => (isOver = true));
    while (!isOver) {
      seen.add((await taskHub.getInstance(id))?.runtimeStatus);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }

    expect(await ended).toMatchObject({ output: JSON.stringify(id), createdAt: created });
    expect([...seen].filter((status) => !["Pending", "Running", "Completed"].includes(status ?? ""))).toEqual([]);
    expect(await hub.clientHistory(id)).toHaveLength(3);
    const executions = worker.received.map((item) => item.getOrchestratorrequest()?.getExecutionid()?.getValue());
    expect(new Set(executions).size).toBe(1_001);
  }, 120_000);

  it("end with all their descendants when they are terminated recursively, alone otherwise [GR39]", async () => {
    const { taskHub } = hub;
    for (const [id, recursive] of [
      ["all", true],
      ["one", false],
    ] as const) {
      await taskHub.start({ name: "nest", instanceId: id, input: "2" });
      await waiting(`${id}-2-1`);
      await taskHub.terminate(id, '"enough"', { recursive });
      expect(await hub.end(id)).toMatchObject({ runtimeStatus: "Terminated", output: '"enough"' });
    }

    expect(await hub.end("all-2-1")).toMatchObject({ runtimeStatus: "Terminated", output: '"enough"' });
    expect(await taskHub.getInstance("one-2-1")).toMatchObject({ runtimeStatus: "Running", parentInstanceId: "one-2" });
  });

  it("end terminated without ever having run when nobody was there to run them [GR40]", async () => {
    worker.disconnect();
    const id = await hub.taskHub.start({ name: "values", input: "[]" });
    await hub.taskHub.terminate(id, '"too late"');
    const late = new SdkWorker(hub.workers, functions);

    expect(await hub.end(id)).toMatchObject({ runtimeStatus: "Terminated", output: '"too late"' });
    expect(late.received).toEqual([]);
  });

  it("replace a child that has failed by one with its id [GR43]", async () => {
    failuresLeft = 2;
    expect(await hub.run("retrying")).toMatchObject({ runtimeStatus: "Completed", output: '"at last"' });
  });

  it("cannot start a child under the id of what runs [GR44]", async () => {
    await hub.taskHub.start({ name: "nest", instanceId: "live", input: "0" });
    await waiting("live");

    expect((await hub.run("overLive", "live")).output).toContain("already exists");
    expect(await hub.taskHub.getInstance("live")).toMatchObject({ runtimeStatus: "Running" });
  });

  it("may send events to nobody [GR46]", async () => {
    expect(await hub.run("intoTheVoid")).toMatchObject({ runtimeStatus: "Completed", output: '"sent"' });
  });

  it("get events of one name in their order, also those that came before the start [GR45]", async () => {
    worker.disconnect();
    const id = await hub.taskHub.start({ name: "collect", input: "3" });
    await hub.taskHub.raiseEvent(id, "item", "1");
    await hub.taskHub.raiseEvent(id, "item", "2");
    worker = new SdkWorker(hub.workers, functions);
    await waiting(id);
    await hub.taskHub.raiseEvent(id, "item", "3");

    expect(await hub.end(id)).toMatchObject({ output: "[1,2,3]" });
    expect(worker.received[0]?.getOrchestratorrequest()?.getNeweventsList()).toHaveLength(4);
  });

  it("end at once, whatever is outstanding; late results change nothing [GR32]", async () => {
    const ended = await hub.run("leaving");

    expect(ended).toMatchObject({ runtimeStatus: "Completed", output: '"early"' });
    while (!worker.received.some((item) => item.hasActivityrequest())) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await hub.taskHub.getInstance(ended.instanceId)).toMatchObject({ output: '"early"' });
  });

  it("give and take falsy values as they are [GR26]", async () => {
    const values = [0, false, "", null, [], {}];
    expect(await hub.run("values", values)).toMatchObject({ output: JSON.stringify(values) });
  });

  it("have timers that were due long ago, and far ones that are listed [GR42]", async () => {
    const id = await hub.taskHub.start({ name: "timers" });
    let fireAt: (number | undefined)[] = [];
    while (fireAt.length < 2) {
      const created = (await hub.clientHistory(id)).filter((event) => event.hasTimercreated());
      fireAt = created.map((event) => event.getTimercreated()?.getFireat()?.getSeconds());
    }

    const days = fireAt.map((seconds = 0) => (seconds - Date.now() / 1000) / 86_400);
    expect(days[1]).toBeCloseTo(40, 1);
    await hub.taskHub.raiseEvent(id, "go", null);
    expect(await hub.end(id)).toMatchObject({ runtimeStatus: "Completed" });
  });
});

describe("answers that no JavaScript worker gives", () => {
  let hub: SdkHub;

  beforeEach(async () => (hub = await SdkHub.start()));
  afterEach(() => hub.stop());

  async function item(worker: FakeWorker, index: number): Promise<pb.WorkItem> {
    for (;;) {
      const found = worker.items[index];
      if (found) return found;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  function complete(status: pb.OrchestrationStatus): pb.CompleteOrchestrationAction {
    return new pb.CompleteOrchestrationAction().setOrchestrationstatus(status);
  }

  function answer(token: string, ending?: pb.CompleteOrchestrationAction): pb.OrchestratorResponse {
    const actions = ending ? [new pb.OrchestratorAction().setId(1).setCompleteorchestration(ending)] : [];
    return new pb.OrchestratorResponse().setCompletiontoken(token).setActionsList(actions);
  }

  it("change the version of the next execution [GR31]", async () => {
    const worker = new FakeWorker(hub.workers, "w");
    const id = await hub.taskHub.start({ name: "o", version: "1" });
    const first = await item(worker, 0);
    const renewed = complete(pb.OrchestrationStatus.ORCHESTRATION_STATUS_CONTINUED_AS_NEW).setNewversion(wrapText("2"));
    hub.workers.completeOrchestration(answer(first.getCompletiontoken(), renewed));
    const second = await item(worker, 1);

    const [, started] = second.getOrchestratorrequest()?.getNeweventsList() ?? [];
    expect(started?.getExecutionstarted()?.getVersion()?.getValue()).toBe("2");
    expect(await hub.taskHub.getInstance(id)).toMatchObject({ version: "2", runtimeStatus: "Running" });
  });

  it("leave new events that the code has not come to for the next time [GR33]", async () => {
    const id = await hub.taskHub.start({ name: "o" });
    for (const input of ["1", "2"]) await hub.taskHub.raiseEvent(id, "item", input);
    const worker = new FakeWorker(hub.workers, "w");
    const first = await item(worker, 0);
    expect(first.getOrchestratorrequest()?.getNeweventsList()).toHaveLength(4);
    const processed = pb.OrchestratorResponse.deserializeBinary(new Uint8Array([0x2a, 0x02, 0x08, 0x03]));
    hub.workers.completeOrchestration(processed.setCompletiontoken(first.getCompletiontoken()));
    const second = await item(worker, 1);

    const request = second.getOrchestratorrequest();
    expect(request?.getPasteventsList().map((event) => event.getEventraised()?.getInput()?.getValue())).toEqual([
      undefined,
      undefined,
      "1",
    ]);
    expect(request?.getNeweventsList()[1]?.getEventraised()?.getInput()?.getValue()).toBe("2");
  });

  it("bring the span of the execution, which every later request repeats [GR41]", async () => {
    const worker = new FakeWorker(hub.workers, "w");
    const id = await hub.taskHub.start({ name: "o" });
    const first = await item(worker, 0);
    const span = new pb.OrchestrationTraceContext()
      .setSpanid(wrapText("b7ad6b7169203331"))
      .setSpanstarttime(first.getOrchestratorrequest()?.getNeweventsList()[0]?.getTimestamp());
    hub.workers.completeOrchestration(answer(first.getCompletiontoken()).setOrchestrationtracecontext(span));
    await hub.taskHub.raiseEvent(id, "item", null);
    const second = await item(worker, 1);
    const other = new pb.OrchestrationTraceContext().setSpanid(wrapText("0000000000000001"));
    hub.workers.completeOrchestration(answer(second.getCompletiontoken()).setOrchestrationtracecontext(other));
    await hub.taskHub.raiseEvent(id, "item", null);
    const third = await item(worker, 2);

    for (const later of [second, third]) {
      expect(later.getOrchestratorrequest()?.getOrchestrationtracecontext()?.toObject()).toEqual(span.toObject());
    }
  });

  it("fail with inner failures, which clients get unchanged [GR27]", async () => {
    const worker = new FakeWorker(hub.workers, "w");
    const id = await hub.taskHub.start({ name: "o" });
    const first = await item(worker, 0);
    const inner = new pb.TaskFailureDetails().setErrortype("B").setErrormessage("b");
    const failure = new pb.TaskFailureDetails()
      .setErrortype("A")
      .setErrormessage("a")
      .setInnerfailure(inner)
      .setIsnonretriable(true);
    const failed = complete(pb.OrchestrationStatus.ORCHESTRATION_STATUS_FAILED).setFailuredetails(failure);
    hub.workers.completeOrchestration(answer(first.getCompletiontoken(), failed));

    expect(await hub.end(id)).toMatchObject({
      runtimeStatus: "Failed",
      failureDetails: { errorType: "A", isNonRetriable: true, innerFailure: { errorMessage: "b" } },
    });
    const [end] = (await hub.clientHistory(id)).slice(-1);
    expect(end?.getExecutioncompleted()?.getFailuredetails()?.toObject()).toEqual(failure.toObject());
  });
});
