import { EntityInstanceId, TaskEntity, whenAll, type OrchestrationContext } from "@microsoft/durabletask-js";
import { pb } from "../../src/proto/messages";
import { SdkHub } from "./sdk-hub";
import { SdkWorker, type SdkFunctions } from "./sdk-worker";

const { EventtypeCase } = pb.HistoryEvent;

class Account extends TaskEntity<number> {
  protected override initializeState(): number {
    return 0;
  }
  add(amount: number): number {
    this.state += amount;
    return this.state;
  }
  get(): number {
    return this.state;
  }
  fail(): never {
    throw new RangeError("too much");
  }
  // The SDK leaves `state` unset when it is null: the entity is gone.
  close(): void {
    (this as unknown as { state: null }).state = null;
  }
}

// What a step resolves to depends on the task.
// oxlint-disable-next-line typescript/no-explicit-any
type Steps = AsyncGenerator<unknown, any, any>;

const functions: SdkFunctions = {
  orchestrators: {
    async *chain(context: OrchestrationContext, input: number): Steps {
      const doubled: number = yield context.callActivity("double", input);
      return yield context.callActivity("double", doubled);
    },
    async *fanOut(context: OrchestrationContext, width: number): Steps {
      const tasks = Array.from({ length: width }, (_, index) => context.callActivity<number, number>("double", index));
      const results: number[] = yield whenAll(tasks);
      return results.reduce((sum, each) => sum + each, 0);
    },
    async *sequence(context: OrchestrationContext): Steps {
      yield context.callActivity("double", 1);
      yield context.createTimer(0.05);
      yield context.callSubOrchestrator("leaf");
    },
    leaf: () => "leaf",
    async *parent(context: OrchestrationContext): Steps {
      return yield context.callSubOrchestrator("chain", 5);
    },
    async *failing(context: OrchestrationContext): Steps {
      yield context.callActivity("refuse", "it");
    },
    async *rounds(context: OrchestrationContext, round: number): Steps {
      if (round === 0) return yield context.waitForExternalEvent("go");
      yield context.createTimer(0.001);
      context.continueAsNew(round - 1, true);
    },
    async *counting(context: OrchestrationContext): Steps {
      const id = new EntityInstanceId("account", "a");
      context.entities.signalEntity(id, "add", 5);
      yield context.entities.callEntity(id, "add", 2);
      return yield context.entities.callEntity(id, "get");
    },
    async *refused(context: OrchestrationContext): Steps {
      const id = new EntityInstanceId("account", "r");
      yield context.entities.callEntity(id, "add", 2);
      try {
        yield context.entities.callEntity(id, "fail");
      } catch (error) {
        const value: number = yield context.entities.callEntity(id, "get");
        return `${(error as Error).message} ${value}`;
      }
    },
    async *closing(context: OrchestrationContext): Steps {
      const id = new EntityInstanceId("account", "c");
      yield context.entities.callEntity(id, "add", 1);
      yield context.entities.callEntity(id, "close");
    },
    async *transfer(context: OrchestrationContext, amount: number): Steps {
      const from = new EntityInstanceId("account", "from");
      const to = new EntityInstanceId("account", "to");
      const lock: { release(): void } = yield context.entities.lockEntities(to, from);
      yield context.entities.callEntity(from, "add", -amount);
      const sum: number = yield context.entities.callEntity(to, "add", amount);
      lock.release();
      return sum;
    },
    async *abandonedLock(context: OrchestrationContext): Steps {
      yield context.entities.lockEntities(new EntityInstanceId("account", "to"));
      throw new Error("inside");
    },
    async *waiting(context: OrchestrationContext): Steps {
      context.setCustomStatus("waiting");
      return yield context.waitForExternalEvent("go");
    },
  },
  activities: {
    double: (value: number) => value * 2,
    refuse: (what: string) => {
      throw new TypeError(`not ${what}`);
    },
  },
  entities: { account: () => new Account() },
};

describe("a hub with the JavaScript SDK's worker", () => {
  let hub: SdkHub;
  let worker: SdkWorker;

  beforeEach(async () => {
    hub = await SdkHub.start();
    worker = new SdkWorker(hub.workers, functions);
  });

  afterEach(() => hub.stop());

  it("runs activities one after another", async () => {
    expect(await hub.run("chain", 3)).toMatchObject({ runtimeStatus: "Completed", output: "12" });
  });

  it("runs many activities at the same time", async () => {
    expect(await hub.run("fanOut", 150)).toMatchObject({ runtimeStatus: "Completed", output: "22350" });
  });

  it("tells clients the history of an activity, a timer and a child in exactly these events [GR22, GR23, GR24]", async () => {
    const { instanceId } = await hub.run("sequence");
    const history = await hub.clientHistory(instanceId);

    expect(history.map((event) => event.getEventtypeCase())).toEqual([
      EventtypeCase.ORCHESTRATORSTARTED,
      EventtypeCase.EXECUTIONSTARTED,
      EventtypeCase.TASKSCHEDULED,
      EventtypeCase.ORCHESTRATORSTARTED,
      EventtypeCase.TASKCOMPLETED,
      EventtypeCase.TIMERCREATED,
      EventtypeCase.ORCHESTRATORSTARTED,
      EventtypeCase.TIMERFIRED,
      EventtypeCase.SUBORCHESTRATIONINSTANCECREATED,
      EventtypeCase.ORCHESTRATORSTARTED,
      EventtypeCase.SUBORCHESTRATIONINSTANCECOMPLETED,
      EventtypeCase.EXECUTIONCOMPLETED,
    ]);
    const ids = history.map((event) => event.getEventid());
    expect(ids.slice(0, 2)).toEqual([-1, 0]);
    const own = ids.filter((id) => id >= 0);
    expect(own).toEqual([...new Set(own)].toSorted((left, right) => left - right));
    expect(own).toHaveLength(5);
    const started = history
      .filter((event) => event.hasOrchestratorstarted())
      .map((event) => event.getTimestamp()?.toDate().getTime() ?? 0);
    expect(started).toEqual(started.toSorted((left, right) => left - right));
    expect(history.every((event) => event.hasTimestamp())).toBe(true);
  });

  it("starts children with ids made of their parent's execution id, and tells them of it [GR21]", async () => {
    const parent = await hub.run("parent");

    expect(parent.output).toBe("20");
    expect(parent.executionId).toMatch(/^[0-9a-f]{32}$/);
    const child = worker.received
      .map((item) => item.getOrchestratorrequest())
      .find((request) => request?.getInstanceid().startsWith(`${parent.executionId}:`));
    const [, start] = child?.getNeweventsList() ?? [];
    const reference = start?.getExecutionstarted()?.getParentinstance();
    expect(reference?.getOrchestrationinstance()?.getInstanceid()).toBe(parent.instanceId);
    expect(reference?.getName()?.getValue()).toBe("parent");
  });

  it("fails an orchestration with the failure that its code has not caught", async () => {
    const failed = await hub.run("failing");

    expect(failed.runtimeStatus).toBe("Failed");
    expect(failed.failureDetails?.errorMessage).toContain("not it");
  });

  it("continues as new with what was raised meanwhile, and keeps one history [GR30]", async () => {
    const id = await hub.taskHub.start({ name: "rounds", input: "20" });
    await hub.taskHub.raiseEvent(id, "go", '"carried"');
    const ended = await hub.end(id);

    expect(ended).toMatchObject({ runtimeStatus: "Completed", output: '"carried"' });
    const starts = (await hub.clientHistory(id)).filter((event) => event.hasExecutionstarted());
    expect(starts).toHaveLength(1);
  });

  it("delivers signals before calls, and calls entities [GR37]", async () => {
    expect(await hub.run("counting")).toMatchObject({ runtimeStatus: "Completed", output: "7" });
  });

  it("hands entity batches on as requests with GUIDs, of calls and signals only [GR66]", async () => {
    await hub.run("counting");
    const requests = worker.received.flatMap((item) => item.getEntityrequestv2()?.getOperationrequestsList() ?? []);

    expect(requests.length).toBeGreaterThanOrEqual(3);
    for (const event of requests) {
      const called = event.getEntityoperationcalled();
      const id = (called ?? event.getEntityoperationsignaled())?.getRequestid();
      expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
      if (called) expect(called.getParentinstanceid()?.getValue()).not.toBe("");
    }
  });

  it("tells a caller how an operation has failed, and keeps what the others have done [GR60]", async () => {
    expect(await hub.run("refused")).toMatchObject({ output: expect.stringMatching(/too much.* 2"$/) });
  });

  it("forgets an entity whose state is deleted [GR61]", async () => {
    await hub.run("closing");

    expect(await hub.taskHub.getEntity({ name: "account", key: "c" })).toBeUndefined();
  });

  it("lets transfers between two entities happen one after another [GR62]", async () => {
    const sums = await Promise.all([1, 2, 3, 4].map((amount) => hub.run("transfer", amount)));

    expect(sums.map((each) => each.runtimeStatus)).toEqual(sums.map(() => "Completed"));
    expect(await hub.taskHub.getEntity({ name: "account", key: "to" })).toMatchObject({ state: "10" });
    expect(await hub.taskHub.getEntity({ name: "account", key: "from" })).toMatchObject({ state: "-10" });
  });

  it("frees what a failing orchestration has locked [GR63]", async () => {
    expect(await hub.run("abandonedLock")).toMatchObject({ runtimeStatus: "Failed" });
    expect(await hub.run("transfer", 1)).toMatchObject({ runtimeStatus: "Completed" });
  });

  it("acts on events after a resume, and shows suspension to no worker [GR38]", async () => {
    const id = await hub.taskHub.start({ name: "waiting" });
    await hub.taskHub.waitForStart(id, 5_000);
    await hub.taskHub.suspend(id, "hold");
    await hub.taskHub.raiseEvent(id, "go", "1");
    await hub.taskHub.resume(id, "on");

    expect(await hub.end(id)).toMatchObject({ runtimeStatus: "Completed", output: "1", customStatus: '"waiting"' });
    const shown = worker.received.flatMap((item) => {
      const request = item.getOrchestratorrequest();
      return [...(request?.getPasteventsList() ?? []), ...(request?.getNeweventsList() ?? [])];
    });
    expect(shown.some((event) => event.hasExecutionsuspended() || event.hasExecutionresumed())).toBe(false);
  });

  it("goes on with the work that a lost worker has not answered [GR11]", async () => {
    worker.disconnect();
    const silent: pb.WorkItem[] = [];
    const sink = { send: (item: pb.WorkItem) => void silent.push(item), close: () => undefined };
    const stream = hub.workers.connect(new pb.GetWorkItemsRequest(), { workerId: "lost", userAgent: "" }, sink);
    const id = await hub.taskHub.start({ name: "chain", input: "1" });
    while (silent.length === 0) await new Promise((resolve) => setImmediate(resolve));
    stream.ended("broken");
    worker = new SdkWorker(hub.workers, functions);

    expect(await hub.end(id)).toMatchObject({ output: "4" });
  });
});
