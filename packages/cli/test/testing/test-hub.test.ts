import { createTestHub, type TestHub, type TestHubOptions } from "../../src/testing";
// After the kit, as in the tests of users.
import * as df from "durable-functions";

const START = new Date("2030-01-01T00:00:00.000Z");
const DAY = 24 * 60 * 60 * 1000;

df.app.activity("greet", { handler: (name: string) => `Hello ${name}` });
df.app.activity("fails", { handler: () => Promise.reject(new Error("no luck")) });
df.app.orchestration("greets", function* (context) {
  context.log(`greets ${String(context.df.getInput())}`);
  return yield context.df.callActivity("greet", context.df.getInput());
});
df.app.orchestration("sleeps", function* ({ df: context }) {
  yield context.createTimer(new Date(context.currentUtcDateTime.getTime() + context.getInput<number>()));
  return context.currentUtcDateTime.toISOString();
});
df.app.orchestration("retries", function* ({ df: context }) {
  const retry = new df.RetryOptions(60_000, 3);
  retry.backoffCoefficient = 2;
  return yield context.callActivityWithRetry("fails", retry);
});
df.app.orchestration("approval", function* ({ df: context }) {
  const timeout = context.createTimer(new Date(context.currentUtcDateTime.getTime() + DAY));
  const approval = context.waitForExternalEvent("Approval");
  context.setCustomStatus("waiting");
  const winner = yield context.Task.any([approval, timeout]);
  if (winner === timeout) return "timed out";
  timeout.cancel();
  return approval.result;
});
df.app.orchestration("fanOut", function* ({ df: context }) {
  const names: string[] = context.getInput();
  return yield context.Task.all(names.map((name) => context.callSubOrchestrator("greets", name)));
});
df.app.orchestration("counts", function* ({ df: context }) {
  const counter = new df.EntityId("counter", "a");
  yield context.callEntity(counter, "add", 2);
  return yield context.callEntity(counter, "get");
});
df.app.orchestration("waits", function* ({ df: context }) {
  return yield context.waitForExternalEvent("never");
});
df.app.orchestration("lucky", function* ({ df: context }) {
  yield context.callActivity("greet", "Ada");
  if (Math.random() < 2) yield context.callActivity("greet", Math.random());
});
df.app.orchestration("slow", function* ({ df: context }) {
  const timeout = context.createTimer(new Date(context.currentUtcDateTime.getTime() + DAY));
  const work = context.callActivity("greet", "Ada");
  const winner = yield context.Task.any([work, timeout]);
  if (winner === work) timeout.cancel();
  return winner === timeout ? "gave up" : work.result;
});
df.app.orchestration("asks", function* ({ df: context }) {
  const response: { statusCode: number; content: string } = yield context.callHttp({
    method: "GET",
    url: "http://carrier.example/state",
  });
  return [response.statusCode, response.content];
});
df.app.entity<number>("counter", ({ df: context }) => {
  if (context.operationName === "add") context.setState((context.getState(() => 0) ?? 0) + (context.getInput() ?? 0));
  else context.return(context.getState(() => 0));
});

let hub: TestHub;
const open = async (options: TestHubOptions = {}) => (hub = await createTestHub({ startTime: START, ...options }));
afterEach(() => hub.dispose());

describe.each(["verify", "resident", "replay"] as const)("a test hub in mode %s", (mode) => {
  beforeEach(() => open({ mode }));

  it("runs orchestrators with the app's own activities", async () => {
    await expect(hub.run("greets", "Ada")).resolves.toMatchObject({
      name: "greets",
      runtimeStatus: "Completed",
      input: "Ada",
      output: "Hello Ada",
      completedAt: START,
    });
  });

  it("fires a timer of 30 days at its time, to the millisecond, and at once [DF47, DF49]", async () => {
    const before = performance.now();
    const { output, completedAt } = await hub.run("sleeps", 30 * DAY + 1);

    expect(output).toBe("2030-01-31T00:00:00.001Z");
    expect(completedAt).toEqual(new Date(output as string));
    expect(hub.now()).toEqual(completedAt);
    expect(performance.now() - before).toBeLessThan(5_000);
  });

  it("fires a timer that is in the past without letting time pass [DF47]", async () => {
    await expect(hub.run("sleeps", -5_000)).resolves.toMatchObject({ output: START.toISOString(), completedAt: START });
  });

  it("waits between attempts in virtual time", async () => {
    const { runtimeStatus, output, completedAt } = await hub.run("retries");

    expect(runtimeStatus).toBe("Failed");
    expect(output).toContain("no luck");
    expect(completedAt).toEqual(new Date(START.getTime() + 60_000 + 120_000));
    expect(hub.calls("fails")).toHaveLength(3);
  });

  it("lets a test answer before the time-out, or not at all", async () => {
    const answered = await hub.start("approval");
    await hub.waitUntil(answered, ({ customStatus }) => customStatus === "waiting");
    await hub.raiseEvent(answered, "Approval", { by: "Grace" });

    await expect(hub.waitFor(answered)).resolves.toMatchObject({ output: { by: "Grace" }, completedAt: START });
    await expect(hub.run("approval")).resolves.toMatchObject({ output: "timed out" });
    expect(hub.now().getTime()).toBe(START.getTime() + DAY);
  });

  it("runs sub-orchestrations and entities", async () => {
    await expect(hub.run("fanOut", ["Ada", "Grace"])).resolves.toMatchObject({ output: ["Hello Ada", "Hello Grace"] });
    await expect(hub.run("counts")).resolves.toMatchObject({ output: 2 });
    await hub.signalEntity("counter", "a", "add", 5);

    await expect(hub.readEntity<number>("counter", "a")).resolves.toMatchObject({ state: 7 });
    await expect(hub.readEntity("counter", "b")).resolves.toBeUndefined();
    expect(hub.executed.filter(({ kind }) => kind === "entity")).toEqual([
      { kind: "entity", name: "counter", key: "a", operation: "add", input: 2 },
      { kind: "entity", name: "counter", key: "a", operation: "get", input: undefined },
      { kind: "entity", name: "counter", key: "a", operation: "add", input: 5 },
    ]);
  });
});

describe("activities of a test hub", () => {
  it("are replaced by name, and tell with what they were called", async () => {
    await open({ activities: { greet: async (name: string, context) => `${context.functionName}: bye ${name}` } });

    await expect(hub.run("greets", "Ada")).resolves.toMatchObject({ output: "greet: bye Ada" });
    expect(hub.calls("greet")).toEqual(["Ada"]);
    expect(hub.executed).toEqual([{ kind: "activity", name: "greet", input: "Ada", instanceId: expect.any(String) }]);
  });

  it("hold virtual time while they wait for something real", async () => {
    await open({
      activities: { greet: () => new Promise((resolve) => setTimeout(() => resolve("late"), 20)) },
    });

    await expect(hub.run("slow")).resolves.toMatchObject({ output: "late", completedAt: START });
  });

  it("may take virtual time, in which others go on", async () => {
    await open({ activities: { greet: () => hub.sleep(2 * DAY) } });

    const { output, completedAt } = await hub.run("slow");
    expect(output).toBe("gave up");
    expect(completedAt?.getTime()).toBe(START.getTime() + 2 * DAY);
  });

  it("alone may sleep: a test that does is told how to let time pass", async () => {
    await open();

    await expect(hub.sleep(DAY)).rejects.toThrow("A test lets time pass with hub.advance(ms)");
    await hub.advance(DAY);
    expect(hub.now().getTime()).toBe(START.getTime() + DAY);
  });
});

describe("a test hub under fake timers", () => {
  afterEach(() => void jest.useRealTimers());

  it("is refused rather than wait for ever", async () => {
    jest.useFakeTimers();
    await expect(createTestHub()).rejects.toThrow("Fake timers are on");
  });
});

describe("HTTP calls of orchestrators in a test hub", () => {
  it("are answered by the test, polls and the pauses between them included", async () => {
    const answers = [
      { statusCode: 202, headers: { Location: "http://carrier.example/poll", "Retry-After": "3600" } },
      { content: "delivered" },
    ];
    const asked: string[] = [];
    await open({
      callHttp: ({ method, uri }) => {
        asked.push(`${method} ${uri}`);
        return answers.shift() ?? {};
      },
    });

    const { output, completedAt } = await hub.run("asks");
    expect(output).toEqual([200, "delivered"]);
    expect(asked).toEqual(["GET http://carrier.example/state", "GET http://carrier.example/poll"]);
    expect(completedAt?.getTime()).toBe(START.getTime() + 3_600_000);
  });

  it("fail when nobody answers", async () => {
    await open({
      callHttp: () => {
        throw new Error("no route");
      },
    });

    const { runtimeStatus, output } = await hub.run("asks");
    expect(runtimeStatus).toBe("Failed");
    expect(output).toContain("no route");
  });
});

describe("time in a test hub", () => {
  beforeEach(() => open());

  it("stands still unless somebody waits or moves it", async () => {
    const id = await hub.start("sleeps", { input: DAY });
    await hub.settle();
    expect((await hub.status(id))?.runtimeStatus).toBe("Running");
    await hub.advance(DAY - 1);
    expect((await hub.status(id))?.runtimeStatus).toBe("Running");
    await hub.advance(new Date(START.getTime() + DAY));
    expect((await hub.status(id))?.runtimeStatus).toBe("Completed");
    await hub.advance(DAY);
    expect(hub.now().getTime()).toBe(START.getTime() + 2 * DAY);
  });

  it("refuses times that are none", async () => {
    await expect(hub.advance(Number.NaN)).rejects.toThrow("NaN is no time to go to.");
    await expect(hub.advance(new Date("soon"))).rejects.toThrow("no time to go to");
    await expect(createTestHub({ startTime: new Date("soon") })).rejects.toThrow("startTime");
    await hub.advance(1.5);
    expect(hub.now().getTime()).toBe(START.getTime() + 1);
  });

  it("stops on the way wherever something is due", async () => {
    const ids = await Promise.all([3, 1, 2].map((days) => hub.start("sleeps", { input: days * DAY })));
    await hub.advance(30 * DAY);

    const ends = await Promise.all(ids.map(async (id) => (await hub.status(id))?.completedAt?.getTime()));
    expect(ends).toEqual([3, 1, 2].map((days) => START.getTime() + days * DAY));
  });

  it("comes to a scheduled start, and to a signal that was sent ahead", async () => {
    const later = new Date(START.getTime() + DAY);
    const id = await hub.start("greets", { input: "Ada", startAt: later });
    await hub.signalEntity("counter", "late", "add", 1, later);
    expect(await hub.readEntity("counter", "late")).toBeUndefined();

    await expect(hub.waitFor(id)).resolves.toMatchObject({ output: "Hello Ada", completedAt: later });
    expect(await hub.readEntity("counter", "late")).toEqual({ state: 1, lastOperationAt: later });
  });

  it("does not run on for one wait while what another one has waited for is acted upon", async () => {
    const id = await hub.start("approval");
    const end = hub.waitFor(id);
    await hub.waitUntil(id, ({ customStatus }) => customStatus === "waiting");
    await hub.raiseEvent(id, "Approval", "yes");

    await expect(end).resolves.toMatchObject({ output: "yes", completedAt: START });
  });
});

describe("a test hub", () => {
  it("fails a test whose orchestrator is not deterministic, and every wait after it", async () => {
    await open();

    await expect(hub.run("lucky")).rejects.toThrow(/A replay of orchestrator 'lucky' .* differs from its first run/);
    await expect(hub.run("greets", "Ada")).rejects.toThrow("differs from its first run");
  });

  it("says of an instance that waits for ever what it waits for, and where in the code", async () => {
    await open();
    const id = await hub.start("waits");

    await expect(hub.waitFor(id)).rejects.toThrow(
      `Instance '${id}' of 'waits' is Running. It has not ended, and nothing is left that could bring that about`,
    );
    await expect(hub.waitUntil(id, () => false)).rejects.toThrow(
      /it waits for external event 'never' \[packages\/cli\/test\/testing\/test-hub\.test\.ts:\d+:\d+\]/,
    );
    await hub.suspend(id, "a pause");
    await expect(hub.waitFor(id)).rejects.toThrow(/it has been suspended for .*: a pause/);
  });

  it("does not wait for a state that an ended instance can never reach", async () => {
    await open();
    const { instanceId } = await hub.run("greets", "Ada");

    await expect(hub.waitUntil(instanceId, () => false)).rejects.toThrow("is Completed, its output is");
  });

  it("refuses what a host refuses, with the same codes", async () => {
    await open();

    await expect(hub.start("none")).rejects.toMatchObject({ code: "UNKNOWN_FUNCTION" });
    await expect(hub.waitFor("none")).rejects.toMatchObject({ code: "INSTANCE_NOT_FOUND" });
    await expect(hub.raiseEvent("none", "x")).rejects.toMatchObject({ code: "INSTANCE_NOT_FOUND" });
    await expect(hub.status("none")).resolves.toBeUndefined();
  });

  it("suspends, resumes, terminates and purges", async () => {
    await open();
    const id = await hub.start("waits", { instanceId: "w", tags: { team: "a" }, version: "7" });
    await hub.suspend(id);
    await expect(hub.waitUntil(id, (each) => each.runtimeStatus === "Suspended")).resolves.toMatchObject({
      instanceId: "w",
      tags: { team: "a" },
      version: "7",
    });
    await hub.resume(id);
    await hub.terminate(id, "enough");

    await expect(hub.waitFor(id)).resolves.toMatchObject({ runtimeStatus: "Terminated", output: "enough" });
    await expect(hub.purge(id)).resolves.toBe(true);
    await expect(hub.status(id)).resolves.toBeUndefined();
    await expect(hub.history(id)).resolves.toEqual([]);
  });

  it("rewinds a failed instance, which goes on from where it failed", async () => {
    let broken = true;
    await open({
      activities: {
        greet: (name: string) => {
          if (broken) throw new Error("broken");
          return `Mended, ${name}`;
        },
      },
    });
    const { instanceId, runtimeStatus } = await hub.run("greets", "Ada");
    expect(runtimeStatus).toBe("Failed");
    broken = false;
    await hub.rewind(instanceId);

    await expect(hub.waitFor(instanceId)).resolves.toMatchObject({ output: "Mended, Ada" });
  });

  it("keeps what the code logs, once, and prints nothing", async () => {
    await open();
    await hub.run("greets", "Ada");

    expect(hub.logs.filter(({ functionName }) => functionName === "greets")).toEqual([
      { level: "information", category: "Function.greets.User", message: "greets Ada", functionName: "greets" },
    ]);
  });

  it("gives instances without a version the default one", async () => {
    await open({ defaultVersion: "3.1" });

    await expect(hub.run("greets", "Ada")).resolves.toMatchObject({ version: "3.1" });
  });

  it("shares nothing with another hub of the same app", async () => {
    await open();
    const other = await createTestHub({ activities: { greet: () => "other" } });
    await expect(other.run("greets", "Ada", { instanceId: "same" })).resolves.toMatchObject({ output: "other" });

    await expect(hub.status("same")).resolves.toBeUndefined();
    await other.dispose();
  });

  it("is made and disposed of in milliseconds, also with work in hand", async () => {
    await open();
    const before = performance.now();
    for (let count = 0; count < 20; count++) {
      const short = await createTestHub({ activities: { greet: () => new Promise(() => undefined) } });
      const id = await short.start("greets", { input: "Ada" });
      const end = short.waitFor(id);
      while (short.calls("greet").length === 0) await new Promise((resolve) => setImmediate(resolve));
      await Promise.all([short.dispose(), expect(end).rejects.toThrow("disposed of")]);
    }
    expect((performance.now() - before) / 20).toBeLessThan(100);
  });
});
