import { RetryOptions } from "durable-functions";
import { InProcessHub } from "./in-process-hub";

const attempts = new Map<string, number>();

/** Fails until it has been tried this often. */
function flaky({ key, succeedOn }: { key: string; succeedOn: number }): number {
  const attempt = (attempts.get(key) ?? 0) + 1;
  attempts.set(key, attempt);
  if (attempt < succeedOn) throw new Error(`attempt ${attempt}`);
  return attempt;
}

let hub: InProcessHub;
beforeAll(async () => {
  hub = await InProcessHub.start({
    activities: {
      hello: (name: string) => `Hello ${name}`,
      echo: (value: unknown) => value,
      flaky,
      fail: (message: string) => {
        throw new Error(message);
      },
    },
    orchestrators: {
      *chain({ df }) {
        const greetings: string[] = [];
        for (const city of ["Tokyo", "Seattle", "London"]) greetings.push(yield df.callActivity("hello", city));
        return greetings;
      },
      *fanOut({ df }) {
        const count: number = df.getInput();
        const results: number[] = yield df.Task.all(
          Array.from({ length: count }, (_, i) => df.callActivity("echo", i)),
        );
        return results.reduce((a, b) => a + b, 0);
      },
      *race({ df }) {
        const slow = df.createTimer(new Date(df.currentUtcDateTime.getTime() + 3_600_000));
        const fast = df.callActivity("echo", "fast");
        const winner: unknown = yield df.Task.any([slow, fast]);
        slow.cancel();
        return winner === fast;
      },
      *retry({ df }) {
        const options = new RetryOptions(1, 5);
        return yield df.callActivityWithRetry("flaky", options, df.getInput());
      },
      *retryTogether({ df }) {
        const options = new RetryOptions(1, 5);
        const key: string = df.instanceId;
        const tasks = [1, 3, 2].map((succeedOn) =>
          df.callActivityWithRetry("flaky", options, { key: `${key}${succeedOn}`, succeedOn }),
        );
        const results: number[] = yield df.Task.all(tasks);
        const after: string = yield df.callActivity("hello", "you");
        return [...results, after];
      },
      *catches({ df }) {
        try {
          yield df.callActivity("fail", "no stock");
        } catch (error) {
          return (error as Error).message;
        }
      },
      *fails({ df }) {
        yield df.callActivity("fail", "no stock");
      },
      *sleeps({ df }) {
        const before: number = df.currentUtcDateTime.getTime();
        yield df.createTimer(new Date(before + 50));
        return df.currentUtcDateTime.getTime() - before;
      },
      *parent({ df }) {
        const child: string = yield df.callSubOrchestrator("chain", null);
        const named: string = yield df.callSubOrchestrator("fanOut", 3, `${df.instanceId}-child`);
        return [child.length, named];
      },
      *parentOfFailing({ df }) {
        yield df.callSubOrchestrator("fails");
      },
      *ownId({ df }) {
        yield df.callSubOrchestrator("chain", null, df.instanceId);
      },
      *countsDown({ df }) {
        const left: number = df.getInput();
        df.setCustomStatus(`${left} left`);
        yield df.callActivity("echo", left);
        if (left > 0) df.continueAsNew(left - 1);
        else return "done";
      },
      *collects({ df }) {
        const seen: unknown[] = [];
        df.setCustomStatus("ready");
        for (let i = 0; i < 3; i++) seen.push(yield df.waitForExternalEvent("item"));
        return seen;
      },
      *drains({ df }) {
        const seen: string[] = df.getInput() ?? [];
        df.setCustomStatus(`${seen.length} seen`);
        seen.push(yield df.waitForExternalEvent("item"));
        if (seen.length < 3) df.continueAsNew(seen);
        else return seen;
      },
      *eternal({ df }) {
        const seen: number = df.getInput();
        df.setCustomStatus(`${seen} seen`);
        yield df.waitForExternalEvent("item");
        df.continueAsNew(seen + 1);
      },
      *leavesTimer({ df }) {
        const timer = df.createTimer(new Date(df.currentUtcDateTime.getTime() + 500));
        yield df.Task.any([timer, df.callActivity("echo", 1)]);
        df.setCustomStatus("returned");
        return "early";
      },
      *waits({ df }) {
        df.setCustomStatus("waiting");
        const value: unknown = yield df.waitForExternalEvent("go");
        const hello: string = yield df.callActivity("hello", value);
        return hello;
      },
    },
  });
});
afterAll(() => hub.stop());

const output = async (name: string, input?: unknown) => JSON.parse((await hub.run(name, input)).output ?? "null");

describe("an orchestration", () => {
  it("runs activities one after another", async () => {
    expect(await output("chain")).toEqual(["Hello Tokyo", "Hello Seattle", "Hello London"]);
  });

  it("runs activities in parallel and gathers their results in order", async () => {
    expect(await output("fanOut", 50)).toBe(1225);
  });

  it("goes on with the first of several tasks, and ends without the cancelled timer [DF48]", async () => {
    expect(await output("race")).toBe(true);
  });

  it("retries a failing activity until it succeeds", async () => {
    expect(await output("retry", { key: "a", succeedOn: 3 })).toBe(3);
  });

  it("gives up after the last attempt", async () => {
    const instance = await hub.run("retry", { key: "b", succeedOn: 9 });
    expect(instance).toMatchObject({ runtimeStatus: "Failed", output: expect.stringContaining("attempt 5") });
    expect(attempts.get("b")).toBe(5);
  });

  it("keeps parallel retries and what follows in step", async () => {
    expect(await output("retryTogether")).toEqual([1, 3, 2, "Hello you"]);
  });

  it("lets code catch an activity's failure", async () => {
    expect(await output("catches")).toMatch(/^Activity function 'fail' failed: ?.*no stock/);
  });

  it("fails with the text of what its code did not catch", async () => {
    const instance = await hub.run("fails");
    expect(instance.runtimeStatus).toBe("Failed");
    expect(instance.output).toMatch(/^Orchestrator function 'fails' failed: Activity function 'fail' failed:/);
  });

  it("does not wake before its timer is due", async () => {
    expect(await output("sleeps")).toBeGreaterThanOrEqual(50);
  });

  it("takes the results of its sub-orchestrations", async () => {
    expect(await output("parent")).toEqual([3, 3]);
  });

  it("fails with its sub-orchestration", async () => {
    const { runtimeStatus, output: text } = await hub.run("parentOfFailing");
    expect([runtimeStatus, text]).toEqual(["Failed", expect.stringContaining("no stock")]);
  });

  it("fails when it starts a child under its own id", async () => {
    expect((await hub.run("ownId")).runtimeStatus).toBe("Failed");
  });

  it("continues as new under the same id with a fresh history and its custom status", async () => {
    const instance = await hub.run("countsDown", 5);
    expect(instance).toMatchObject({ output: '"done"', customStatus: '"0 left"', input: "0" });
    const types = await hub.historyTypes(instance.instanceId);
    expect(types.filter((type) => type === "TaskScheduled")).toHaveLength(1);
  });

  it("takes external events in the order they were raised [DF52]", async () => {
    const id = await hub.startUntil("collects", "ready");
    for (const item of [1, 2, 3]) await hub.hub.raiseEvent(id, "item", String(item));
    expect((await hub.end(id)).output).toBe("[1,2,3]");
  });

  it("keeps an event that was raised before it is waited for", async () => {
    const id = await hub.hub.start({ name: "collects" });
    for (const item of [1, 2, 3]) await hub.hub.raiseEvent(id, "item", String(item));
    expect((await hub.end(id)).output).toBe("[1,2,3]");
  });

  it("carries events over to the next execution when they come with the one that ended it", async () => {
    const id = await hub.startUntil("drains", "0 seen");
    await Promise.all(["a", "b", "c"].map((item) => hub.hub.raiseEvent(id, "item", JSON.stringify(item))));
    expect(JSON.parse((await hub.end(id)).output ?? "")).toEqual(expect.arrayContaining(["a", "b", "c"]));
  });

  it("stays Running until a timer it did not cancel has fired [DF48]", async () => {
    const id = await hub.hub.start({ name: "leavesTimer" });
    const returned = await hub.until(id, ({ customStatus }) => customStatus === '"returned"');
    expect(returned).toMatchObject({ runtimeStatus: "Running", output: null });
    const instance = await hub.end(id);
    expect(instance.output).toBe('"early"');
    expect(await hub.historyTypes(id)).toContain("TimerFired");
    expect((instance.completedAt ?? 0) - instance.createdAt).toBeGreaterThanOrEqual(500);
  });

  it("fails at once when nobody knows its name any more", async () => {
    await expect(hub.run("nobody")).rejects.toMatchObject({ code: "UNKNOWN_FUNCTION" });
  });

  it("is replaced when it has ended and is started again, and not while it runs", async () => {
    const first = await hub.run("chain", null, "again");
    const second = await hub.run("chain", null, "again");
    expect(second.executionId).not.toBe(first.executionId);
    const id = await hub.startUntil("waits", "waiting");
    await expect(hub.run("waits", null, id)).rejects.toMatchObject({ code: "INSTANCE_EXISTS" });
  });
});

describe("a client", () => {
  it("hands the trace it starts an orchestration in on to its history [DF87]", async () => {
    const traceContext = { traceParent: `00-${"a".repeat(32)}-${"b".repeat(16)}-01`, traceState: "vendor=value" };
    const id = await hub.hub.start({ name: "chain", traceContext });
    await hub.end(id);
    const started = (await hub.hub.readHistory(id)).find((event) => event.type === "ExecutionStarted");
    expect(started).toMatchObject({ traceContext });
  });

  it("terminates an instance with a reason", async () => {
    const id = await hub.startUntil("waits", "waiting");
    await hub.hub.terminate(id, "enough");
    expect(await hub.end(id)).toMatchObject({ runtimeStatus: "Terminated", output: "enough" });
    await expect(hub.hub.terminate(id, "again")).rejects.toMatchObject({ code: "INSTANCE_ENDED" });
  });

  it("suspends an instance, which takes events only after it is resumed [DF24]", async () => {
    const id = await hub.startUntil("waits", "waiting");
    await hub.hub.suspend(id, "hold");
    await hub.until(id, (instance) => instance.runtimeStatus === "Suspended");
    await expect(hub.hub.suspend(id, "twice")).rejects.toMatchObject({ code: "INSTANCE_STATE" });
    await hub.hub.raiseEvent(id, "go", '"you"');
    await hub.until(id, (instance) => instance.runtimeStatus === "Suspended");
    await hub.hub.resume(id, "go on");
    expect((await hub.end(id)).output).toBe('"Hello you"');
  });

  it("terminates a suspended instance", async () => {
    const id = await hub.startUntil("waits", "waiting");
    await hub.hub.suspend(id, null);
    await hub.hub.terminate(id, "over");
    expect((await hub.end(id)).runtimeStatus).toBe("Terminated");
  });

  it("purges an instance with its history", async () => {
    const { instanceId } = await hub.run("chain");
    expect(await hub.hub.purgeInstance(instanceId)).toEqual({ deleted: 1, running: [] });
    expect(await hub.hub.getInstance(instanceId)).toBeUndefined();
    expect(await hub.hub.readHistory(instanceId)).toEqual([]);
    expect(await hub.hub.purgeInstance(instanceId)).toEqual({ deleted: 0, running: [] });
  });

  it("purges only what has ended", async () => {
    const id = await hub.startUntil("waits", "waiting");
    await hub.run("chain");
    expect((await hub.hub.purgeInstances({ createdFrom: 0 })).deleted).toBeGreaterThan(0);
    expect((await hub.hub.getInstance(id))?.runtimeStatus).toBe("Running");
  });
});

describe("an orchestration that continues as new all the time", () => {
  it("loses no event that arrives meanwhile", async () => {
    const id = await hub.startUntil("eternal", "0 seen", 0);
    for (let i = 0; i < 30; i++) await hub.hub.raiseEvent(id, "item", String(i));
    await hub.until(id, ({ customStatus }) => customStatus === '"30 seen"');
    await hub.hub.terminate(id, "enough");
    expect((await hub.end(id)).runtimeStatus).toBe("Terminated");
  });
});
