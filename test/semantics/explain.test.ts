import * as df from "durable-functions";
import type { InstanceExplanation, Wait } from "@durable-host/engine";
import { InProcessHub, type App, type Orchestrator } from "./in-process-hub";

const LATER = 3_600_000;
const A = new df.EntityId("Counter", "a");
const B = new df.EntityId("Counter", "b");

/** Enters a critical section and stays in it until it is told to leave. */
const holder: Orchestrator = function* (context) {
  const lock: df.DurableLock = yield context.df.lock([A, B]);
  context.df.setCustomStatus("inside");
  yield context.df.waitForExternalEvent("Leave");
  lock.release();
};

const orchestrators: App["orchestrators"] = {
  holder,
  *blocked(context) {
    context.df.setCustomStatus("asking");
    const lock: df.DurableLock = yield context.df.lock([B]);
    lock.release();
  },
  *calls(context) {
    context.df.setCustomStatus("calling");
    return yield context.df.callEntity(B, "get");
  },
  *approval(context) {
    const deadline = new Date(context.df.currentUtcDateTime.getTime() + LATER);
    const unused = context.df.createTimer(deadline);
    yield context.df.Task.any([context.df.callActivity("works"), unused]);
    unused.cancel();
    context.df.setCustomStatus("waiting");
    yield context.df.Task.any([context.df.waitForExternalEvent("Approval"), context.df.createTimer(deadline)]);
  },
  *parent(context) {
    context.df.setCustomStatus("waiting");
    yield context.df.callSubOrchestrator("approval", undefined, `${context.df.instanceId}-child`);
  },
  *retries(context) {
    context.df.setCustomStatus("trying");
    yield context.df.callActivityWithRetry("fails", new df.RetryOptions(LATER, 3));
  },
  *returns(context) {
    const left = context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + LATER));
    yield context.df.Task.any([context.df.callActivity("works"), left]);
    return "done";
  },
};

let hub: InProcessHub;

beforeEach(async () => {
  hub = await InProcessHub.start({
    orchestrators,
    activities: {
      works: () => "worked",
      fails: () => {
        throw new Error("no");
      },
    },
    entities: {
      Counter: (context) => context.df.return(1),
    },
  });
});
afterEach(() => hub.stop());

/** The explanation of an instance once its waits are of these types. */
async function explained(instanceId: string, ...types: Wait["type"][]): Promise<InstanceExplanation> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const explanation = await hub.hub.explain(instanceId);
    const found = explanation?.waitsFor.map(({ type }) => type);
    if (explanation && JSON.stringify(found) === JSON.stringify(types)) return explanation;
    if (Date.now() > deadline) throw new Error(`${instanceId}: ${JSON.stringify(explanation)}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe("an instance in a critical section", () => {
  it("is named as the holder to whoever waits for it, and tells what it holds", async () => {
    const inside = await hub.startUntil("holder", "inside");
    const outside = await hub.startUntil("blocked", "asking");
    const caller = await hub.startUntil("calls", "calling");

    expect((await explained(inside, "ExternalEvent")).holds).toMatchObject({
      entities: ["@counter@a", "@counter@b"],
      since: expect.any(Number),
    });
    const blocked = await waitUntilQueued(outside);
    expect(blocked).toMatchObject({ heldUpBy: { entity: "@counter@b", lockedBy: inside }, acquired: [] });
    expect((await explained(caller, "EntityCall")).waitsFor).toMatchObject([
      { entity: "@counter@b", operation: "get", situation: { lockedBy: inside } },
    ]);
    const entity = await hub.hub.explain("@counter@b");
    expect(entity).toMatchObject({ entity: { lockedBy: inside, lockedSince: expect.any(Number) } });

    await hub.hub.raiseEvent(inside, "Leave", null);
    for (const instanceId of [inside, outside, caller]) await hub.end(instanceId);
    expect(await hub.hub.explain(outside)).toMatchObject({ waitsFor: [], instance: { runtimeStatus: "Completed" } });
  });

  /** The wait of an instance whose lock request has reached an entity that is taken. */
  async function waitUntilQueued(instanceId: string): Promise<Wait | undefined> {
    for (;;) {
      const [wait] = (await explained(instanceId, "CriticalSection")).waitsFor;
      if (wait?.type === "CriticalSection" && (wait.heldUpBy?.queueLength ?? 0) > 0) return wait;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
});

describe("an explanation", () => {
  it("names the event and the timer that the code waits for, without the timer that it cancelled", async () => {
    const id = await hub.startUntil("approval", "waiting");
    const [event, timer] = (await explained(id, "ExternalEvent", "Timer")).waitsFor;
    expect(event).toMatchObject({ name: "Approval", position: expect.stringMatching(/explain\.test\.ts:\d+:\d+$/) });
    expect(timer).toMatchObject({ id: 2, awaited: true });
  });

  it("follows a parent to its child", async () => {
    const id = await hub.startUntil("parent", "waiting");
    await hub.until(`${id}-child`, ({ customStatus }) => customStatus === '"waiting"');
    expect((await explained(id, "SubOrchestration")).waitsFor).toMatchObject([
      { name: "approval", instanceId: `${id}-child`, runtimeStatus: "Running" },
    ]);
  });

  it("tells a retry delay from a timer of the code's own", async () => {
    const id = await hub.startUntil("retries", "trying");
    expect((await explained(id, "Timer")).waitsFor).toMatchObject([
      { retryOf: { type: "Activity", name: "fails", attempt: 1 } },
    ]);
  });

  it("says that the code has ended while a timer it left behind has not", async () => {
    const id = await hub.hub.start({ name: "returns" });
    expect(await explained(id, "Timer")).toMatchObject({ codeHasEnded: true, waitsFor: [{ awaited: false }] });
  });

  it("tells since when and why an instance is suspended", async () => {
    const id = await hub.startUntil("approval", "waiting");
    await hub.hub.suspend(id, "audit");
    const [resume] = (await explained(id, "Resume", "ExternalEvent", "Timer")).waitsFor;
    expect(resume).toMatchObject({ reason: "audit", since: expect.any(Number) });
  });

  it("tells when a scheduled instance begins", async () => {
    const scheduledStartTime = Date.now() + LATER;
    const id = await hub.hub.start({ name: "approval", scheduledStartTime });
    expect((await explained(id, "Start")).waitsFor).toMatchObject([{ scheduledFor: scheduledStartTime }]);
  });
});

describe("tags", () => {
  it("are inherited by children, and both are found by them", async () => {
    const tags = { tenant: "a", region: "eu" };
    const id = await hub.hub.start({ name: "parent", tags });
    await hub.until(`${id}-child`, ({ customStatus }) => customStatus === '"waiting"');
    await hub.startUntil("approval", "waiting");
    const { instances } = await hub.hub.queryInstances({ tags: { tenant: "a" }, customStatusContains: "wait", top: 9 });
    expect(instances.map(({ instanceId }) => instanceId).sort()).toEqual([id, `${id}-child`]);
    expect(instances.map((instance) => instance.tags)).toEqual([tags, tags]);
  });
});
