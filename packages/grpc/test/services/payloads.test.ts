import {
  EntityInstanceId,
  OrchestrationStatus,
  TaskEntity,
  type OrchestrationContext,
} from "@microsoft/durabletask-js";
import { waitUntil } from "@durable-host/testkit";
import { pb } from "../../src/proto/messages";
import { wrapText } from "../../src/proto/scalars";
import { ask } from "../server/open-server";
import { FakeWorker } from "../work/fake-worker";
import type { SdkFunctions } from "../work/sdk-worker";
import { LoopbackHub } from "./loopback-hub";

// What a step resolves to depends on the task.
// oxlint-disable-next-line typescript/no-explicit-any
type Steps = AsyncGenerator<unknown, any, any>;

class Count extends TaskEntity<number> {
  protected override initializeState(): number {
    return 0;
  }
  add(amount: number): void {
    this.state += amount;
  }
}

const functions: SdkFunctions = {
  orchestrators: {
    echo: (_: OrchestrationContext, input: unknown) => input,
    async *allWays(context: OrchestrationContext, input: unknown): Steps {
      const fromEvent: unknown = yield context.waitForExternalEvent("value");
      const fromActivity: unknown = yield context.callActivity("echo", input);
      const fromChild: unknown = yield context.callSubOrchestrator("echo", input);
      return [fromEvent, fromActivity, fromChild].map((value) => (value === undefined ? "undefined" : value));
    },
    async *waiting(context: OrchestrationContext): Steps {
      return yield context.waitForExternalEvent("go");
    },
    parting: (context: OrchestrationContext, to: string) => {
      context.sendEvent(to, "go", "farewell");
      context.entities.signalEntity(new EntityInstanceId("count", "partings"), "add", 1);
      return "gone";
    },
  },
  activities: { echo: (value: unknown) => value },
  entities: { count: () => new Count() },
};

describe("values over the wire", () => {
  let loopback: LoopbackHub;
  beforeAll(async () => (loopback = await LoopbackHub.start(functions)));
  afterAll(() => loopback.stop());

  async function started(name: string, input?: unknown): Promise<string> {
    const id = await loopback.client.scheduleNewOrchestration(name, input);
    await loopback.client.waitForOrchestrationStart(id, false, 30);
    return id;
  }

  async function outputOf(id: string): Promise<string | undefined> {
    return (await loopback.client.waitForOrchestrationCompletion(id, true, 30))?.serializedOutput;
  }

  it.each([[0], [false], [""], [null]])("leave %j what it is, however it comes and goes [GR26]", async (value) => {
    const id = await started("allWays", value);
    await loopback.client.raiseOrchestrationEvent(id, "value", value);
    expect(await outputOf(id)).toBe(JSON.stringify([value, value, value]));
    expect(await outputOf(await started("echo", value))).toBe(JSON.stringify(value));
  });

  it("may be absent [GR26]", async () => {
    const id = await started("allWays");
    await loopback.client.raiseOrchestrationEvent(id, "value");
    // The SDK's client sends null for an event without data.
    expect(await outputOf(id)).toBe('[null,"undefined","undefined"]');
    expect(await outputOf(await started("echo"))).toBeUndefined();
  });

  it("that are sent with the completion arrive [GR37]", async () => {
    const receiver = await started("waiting");
    expect(await outputOf(await started("parting", receiver))).toBe('"gone"');
    expect(await outputOf(receiver)).toBe('"farewell"');
    const id = new EntityInstanceId("count", "partings");
    const entity = await waitUntil("the signal", async () => loopback.client.getEntity<number>(id));
    expect(entity.state).toBe(1);
  });

  it("do not reach a suspended instance, which can be terminated [GR38]", async () => {
    const { client } = loopback;
    const id = await started("waiting");
    await client.suspendOrchestration(id);
    await client.raiseOrchestrationEvent(id, "go", 1);
    await waitUntil("the suspension", async () => {
      const state = await client.getOrchestrationState(id);
      return state?.runtimeStatus === OrchestrationStatus.SUSPENDED || undefined;
    });
    await client.terminateOrchestration(id, "enough");
    expect(await outputOf(id)).toBe('"enough"');
  });
});

describe("work items of a worker that the test answers for", () => {
  const TOKEN = "blob:v1:payloads: Ab+/= ";
  let loopback: LoopbackHub;
  let worker: FakeWorker;
  beforeEach(async () => {
    loopback = await LoopbackHub.start();
    worker = new FakeWorker(loopback.hub.workers, "w");
  });
  afterEach(() => loopback.stop());

  async function item(index: number): Promise<pb.WorkItem> {
    return waitUntil(`work item ${index}`, () => worker.items[index]);
  }

  async function answer(index: number, action?: pb.OrchestratorAction): Promise<pb.HistoryEvent | undefined> {
    const received = await item(index);
    const response = new pb.OrchestratorResponse()
      .setCompletiontoken(received.getCompletiontoken())
      .setCustomstatus(wrapText(TOKEN))
      .setActionsList(action ? [action.setId(index + 1)] : []);
    loopback.hub.workers.completeOrchestration(response);
    return received.getOrchestratorrequest()?.getNeweventsList()[1];
  }

  it("have tokens of payloads that are kept elsewhere unchanged, in orchestrations and activities [GR70]", async () => {
    const { raw } = loopback;
    const start = new pb.CreateInstanceRequest().setName("o").setInstanceid("t").setInput(wrapText(TOKEN));
    await ask(raw, raw.startInstance, start);
    const schedule = new pb.ScheduleTaskAction().setName("a").setInput(wrapText(TOKEN));
    const started = await answer(0, new pb.OrchestratorAction().setScheduletask(schedule));
    expect(started?.getExecutionstarted()?.getInput()?.getValue()).toBe(TOKEN);

    const activity = await item(1);
    expect(activity.getActivityrequest()?.getInput()?.getValue()).toBe(TOKEN);
    const result = new pb.ActivityResponse().setResult(wrapText(TOKEN));
    loopback.hub.workers.completeActivity(result.setCompletiontoken(activity.getCompletiontoken()));
    expect((await answer(2))?.getTaskcompleted()?.getResult()?.getValue()).toBe(TOKEN);

    const raise = new pb.RaiseEventRequest().setInstanceid("t").setName("e").setInput(wrapText(TOKEN));
    await ask(raw, raw.raiseEvent, raise);
    const complete = new pb.CompleteOrchestrationAction()
      .setOrchestrationstatus(pb.OrchestrationStatus.ORCHESTRATION_STATUS_FAILED)
      .setResult(wrapText(TOKEN))
      .setFailuredetails(new pb.TaskFailureDetails().setErrortype("E").setErrormessage(TOKEN));
    const raised = await answer(3, new pb.OrchestratorAction().setCompleteorchestration(complete));
    expect(raised?.getEventraised()?.getInput()?.getValue()).toBe(TOKEN);

    const get = new pb.GetInstanceRequest().setInstanceid("t").setGetinputsandoutputs(true);
    const state = (await ask(raw, raw.waitForInstanceCompletion, get)).getOrchestrationstate();
    expect(state?.getInput()?.getValue()).toBe(TOKEN);
    expect(state?.getCustomstatus()?.getValue()).toBe(TOKEN);
    expect(state?.getFailuredetails()?.getErrormessage()).toBe(TOKEN);
  });

  it("have tokens unchanged in reasons and entities [GR70]", async () => {
    const { raw } = loopback;
    await ask(raw, raw.startInstance, new pb.CreateInstanceRequest().setName("o").setInstanceid("t"));
    await answer(0);
    await ask(raw, raw.terminateInstance, new pb.TerminateRequest().setInstanceid("t").setOutput(wrapText(TOKEN)));
    const get = new pb.GetInstanceRequest().setInstanceid("t").setGetinputsandoutputs(true);
    const state = (await ask(raw, raw.waitForInstanceCompletion, get)).getOrchestrationstate();
    expect(state?.getOutput()?.getValue()).toBe(TOKEN);

    const signal = new pb.SignalEntityRequest().setInstanceid("@e@k").setName("set").setInput(wrapText(TOKEN));
    await ask(raw, raw.signalEntity, signal);
    const batch = await item(1);
    const [operation] = batch.getEntityrequestv2()?.getOperationrequestsList() ?? [];
    expect(operation?.getEntityoperationsignaled()?.getInput()?.getValue()).toBe(TOKEN);
    const result = new pb.EntityBatchResult().setEntitystate(wrapText(TOKEN)).setResultsList([done()]);
    loopback.hub.workers.completeEntity(result.setCompletiontoken(batch.getCompletiontoken()));
    const entity = await waitUntil("the state", async () => {
      const request = new pb.GetEntityRequest().setInstanceid("@e@k").setIncludestate(true);
      return (await ask(raw, raw.getEntity, request)).getEntity();
    });
    expect(entity.getSerializedstate()?.getValue()).toBe(TOKEN);
  });

  it("come again with the operations that a batch has left out, in order [GR67]", async () => {
    const { raw } = loopback;
    worker.break();
    for (const name of ["first", "second", "third"]) {
      await ask(raw, raw.signalEntity, new pb.SignalEntityRequest().setInstanceid("@e@k").setName(name));
    }
    worker = new FakeWorker(loopback.hub.workers, "later");
    const names = (batch: pb.WorkItem): (string | undefined)[] | undefined =>
      batch
        .getEntityrequestv2()
        ?.getOperationrequestsList()
        .map((event) => event.getEntityoperationsignaled()?.getOperation());
    const whole = await item(0);
    expect(names(whole)).toEqual(["first", "second", "third"]);
    const partial = new pb.EntityBatchResult().setEntitystate(wrapText("1")).setResultsList([done()]);
    loopback.hub.workers.completeEntity(partial.setCompletiontoken(whole.getCompletiontoken()));
    const rest = await item(1);
    expect(names(rest)).toEqual(["second", "third"]);
    expect(rest.getEntityrequestv2()?.getEntitystate()?.getValue()).toBe("1");
  });

  function done(): pb.OperationResult {
    return new pb.OperationResult().setSuccess(new pb.OperationResultSuccess());
  }
});
