import { EntityId } from "durable-functions";
import { DurableTracer } from "../../packages/telemetry/src/trace/durable-tracer";
import type { Span } from "../../packages/telemetry/src/trace/span";
import { InProcessHub, type App } from "./in-process-hub";

const TRACE_ID = "0af7651916cd43dd8448eb211c80319c";
const CALLER = { traceParent: `00-${TRACE_ID}-b7ad6b7169203331-01` };

let spans: Span[] = [];
let isBroken = false;
const tracer = () =>
  new DurableTracer(
    (span) => spans.push(span),
    () => true,
  );
beforeEach(() => {
  spans = [];
  isBroken = false;
});

const APP: App = {
  activities: {
    maybe: () => {
      if (isBroken) throw new Error("broken");
      return "done";
    },
    slow: () => new Promise((resolve) => setTimeout(() => resolve("late"), 300)),
  },
  entities: {
    counter({ df }) {
      if (df.operationName === "fail") throw new Error("cannot");
      if (df.operationName === "pass") df.signalEntity(new EntityId("counter", "second"), "add", 1);
      df.setState(1);
    },
  },
  orchestrators: {
    *calls({ df }) {
      return yield df.callActivity("maybe");
    },
    *fails({ df }) {
      return yield df.callActivity("maybe");
    },
    *fan({ df }) {
      return yield df.Task.all([df.callActivity("maybe"), df.callActivity("maybe"), df.callSubOrchestrator("calls")]);
    },
    *waits({ df }) {
      df.setCustomStatus("waiting");
      yield df.Task.all([df.callActivity("slow"), df.waitForExternalEvent("never")]);
    },
    *anew({ df }) {
      const round: number = df.getInput();
      if (round < 2) df.continueAsNew(round + 1);
      return yield df.callActivity("maybe");
    },
    *entities({ df }) {
      const counter = new EntityId("counter", "first");
      yield df.callEntity(counter, "pass");
      try {
        yield df.callEntity(counter, "fail");
      } catch {
        return "caught";
      }
    },
    *passes({ df }) {
      return yield df.callSubOrchestrator("waits", null, "waiting-child");
    },
  },
};

let hub: InProcessHub;
afterEach(() => hub.stop());

const named = (name: string) => spans.filter((span) => span.name === name);
const of = (name: string, kind: Span["kind"]) => named(name).filter((span) => span.kind === kind);

function expectConnected(): void {
  const ids = new Set(spans.map(({ context }) => context.spanId));
  expect(ids.size).toBe(spans.length);
  const orphans = spans.filter(
    ({ parent }) => parent && !ids.has(parent.spanId) && parent.spanId !== "b7ad6b7169203331",
  );
  expect(orphans.map(({ name, kind }) => `${name} ${kind}`)).toEqual([]);
}

/** Resolves when that many spans have this name: those of entities come after the answers to their callers. */
async function until(name: string, count: number): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (named(name).length < count) {
    if (Date.now() > deadline) throw new Error(`${named(name).length} spans ${name}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe("durable spans", () => {
  it("are connected from a start to all that comes of it [DF87]", async () => {
    hub = await InProcessHub.start(APP, "verify", { tracer: tracer() });
    const id = await hub.hub.start({ name: "fan", version: "2", traceContext: CALLER });
    await hub.end(id);
    await until("activity:maybe", 6);

    expect(of("activity:maybe", "client")).toHaveLength(3);
    expect(of("activity:maybe", "server")).toHaveLength(3);
    const [create] = named("create_orchestration:fan@(2)");
    expect(create?.parent?.spanId).toBe("b7ad6b7169203331");
    expect(of("orchestration:fan@(2)", "server")[0]?.parent).toEqual(create?.context);
    expect(spans.every(({ context }) => context.traceId === TRACE_ID)).toBe(true);
    expectConnected();
  });

  it("have a trace of their own where the client brings none", async () => {
    hub = await InProcessHub.start(APP, "verify", { tracer: tracer() });
    await hub.run("calls");
    await hub.run("calls");
    await until("activity:maybe", 4);

    expect(new Set(spans.map(({ context }) => context.traceId)).size).toBe(2);
    expectConnected();
  });

  it("end where another host goes on, as they began in the first", async () => {
    hub = await InProcessHub.start(APP, "verify", { tracer: tracer() });
    const id = await hub.hub.start({ name: "passes" });
    await hub.until("waiting-child", ({ customStatus }) => customStatus === '"waiting"');
    hub = await hub.restart(APP, { tracer: tracer() });
    await hub.hub.raiseEvent("waiting-child", "never", null);
    await hub.end(id);
    await until("activity:slow", 2);

    expect(of("orchestration:waits", "client")).toHaveLength(1);
    expect(of("orchestration:waits", "server")).toHaveLength(1);
    expect(of("activity:slow", "server")).toHaveLength(1);
    expectConnectedBut("orchestration_event:never");
  });

  it("of work that was begun while nothing was traced are in one trace, too", async () => {
    hub = await InProcessHub.start(APP);
    const id = await hub.startUntil("waits", "waiting");
    hub = await hub.restart(APP, { tracer: tracer() });
    await hub.hub.raiseEvent(id, "never", null);
    await hub.end(id);

    const inTrace = spans.filter(({ name }) => !name.startsWith("orchestration_event"));
    expect(new Set(inTrace.map(({ context }) => context.traceId)).size).toBe(1);
    expect(of("orchestration:waits", "server")).toHaveLength(1);
  });

  it("are told once more, under other ids, for what a rewind does again", async () => {
    hub = await InProcessHub.start(APP, "verify", { tracer: tracer() });
    isBroken = true;
    const { instanceId, runtimeStatus } = await hub.run("fails");
    expect(runtimeStatus).toBe("Failed");
    isBroken = false;
    await hub.hub.rewind(instanceId, null);
    await hub.end(instanceId);
    await until("activity:maybe", 4);

    expect(of("activity:maybe", "server").map(({ error }) => error !== undefined)).toEqual([true, false]);
    const [failed, completed] = of("orchestration:fails", "server");
    expect(failed?.attributes["durabletask.task.status"]).toBe("Failed");
    expect(completed?.attributes["durabletask.task.status"]).toBe("Completed");
    expectConnected();
  });

  it("tell each execution of an instance that continues as new", async () => {
    hub = await InProcessHub.start(APP, "verify", { tracer: tracer() });
    const { instanceId } = await hub.run("anew", 0);
    await until("activity:maybe", 2);

    const executions = of("orchestration:anew", "server");
    expect(executions.map(({ attributes }) => attributes["durabletask.task.status"])).toEqual([
      "ContinuedAsNew",
      "ContinuedAsNew",
      "Completed",
    ]);
    expect(executions.every(({ attributes }) => attributes["durabletask.task.instance_id"] === instanceId)).toBe(true);
    expectConnected();
  });

  it("tell of calls that a termination has cut off", async () => {
    hub = await InProcessHub.start(APP, "verify", { tracer: tracer() });
    const id = await hub.startUntil("waits", "waiting");
    await hub.hub.terminate(id, "enough");
    await hub.end(id);

    expect(of("orchestration:waits", "server")[0]?.error).toBe("enough");
    expect(of("activity:slow", "client")[0]?.error).toContain("terminated");
  });

  it("tell calls and signals of entities, and what fails in them", async () => {
    hub = await InProcessHub.start(APP, "verify", { tracer: tracer() });
    await hub.run("entities");
    await until("entity:counter:add", 2);
    await until("entity:counter:fail", 2);

    const [call] = of("entity:counter:pass", "client");
    const [operation] = of("entity:counter:pass", "server");
    expect(operation?.parent).toEqual(call?.context);
    const [signal] = of("entity:counter:add", "producer");
    expect(signal?.parent).toEqual(operation?.context);
    expect(of("entity:counter:add", "consumer")[0]?.parent).toEqual(signal?.context);
    expect(of("entity:counter:fail", "server")[0]?.attributes["durabletask.entity.error_message"]).toBe(
      "The operation failed.",
    );
    expect(of("entity:counter:fail", "client")[0]?.error).toBe("The operation failed.");
    expectConnected();
  });

  it("tell of signals that clients send", async () => {
    hub = await InProcessHub.start(APP, "verify", { tracer: tracer() });
    await hub.hub.signalEntity({ name: "counter", key: "x" }, "add", "1", undefined, CALLER);
    await until("entity:counter:add", 2);

    expect(of("entity:counter:add", "consumer")[0]?.parent).toEqual(of("entity:counter:add", "producer")[0]?.context);
    expectConnected();
  });
});

/** The event that lets an orchestration go on is a trace of its own here. */
function expectConnectedBut(name: string): void {
  spans = spans.filter((span) => span.name !== name);
  expectConnected();
}

describe("what is measured of work", () => {
  it("is each work item once, with how long it waited, and each execution's length", async () => {
    const items: string[] = [];
    const waited: (number | undefined)[] = [];
    const ended: [string, number][] = [];
    const meter = {
      workItemEnded(kind: string, outcome: string, times: { readonly waitedMs?: number }) {
        items.push(`${kind} ${outcome}`);
        waited.push(times.waitedMs);
      },
      executionEnded: (status: string, length: number) => ended.push([status, length]),
    };
    hub = await InProcessHub.start(APP, "verify", { meter });
    const { instanceId } = await hub.run("calls");
    const history = await hub.hub.readHistory(instanceId);
    await hub.stop();

    expect([...items].sort((a, b) => a.localeCompare(b))).toEqual([
      "activity processed",
      "orchestration processed",
      "orchestration processed",
    ]);
    // The episode that an outcome was handed to has no message that waited.
    expect(waited.filter((ms) => ms === undefined || ms >= 0)).toHaveLength(3);
    expect(ended).toEqual([["Completed", history.length]]);
    hub = await InProcessHub.start(APP);
  });
});
