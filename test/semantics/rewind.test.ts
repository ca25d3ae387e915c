import { RetryOptions } from "durable-functions";
import { InProcessHub } from "./in-process-hub";

/** Activities fail while their key is in here; calls are counted. */
const broken = new Set<string>();
const calls = new Map<string, number>();

function work(key: string): string {
  calls.set(key, (calls.get(key) ?? 0) + 1);
  if (broken.has(key)) throw new Error(`${key} is broken`);
  return key;
}

let hub: InProcessHub;
beforeAll(async () => {
  hub = await InProcessHub.start({
    activities: { work },
    entities: {
      // Asynchronous handlers are awaited; the answer comes after the activity has failed the orchestration.
      slow: async ({ df }) => {
        await new Promise((resolve) => setTimeout(resolve, 100));
        calls.set("slow", (calls.get("slow") ?? 0) + 1);
        df.return("answer");
      },
    },
    orchestrators: {
      *steps({ df }) {
        const keys: string[] = df.getInput();
        const done: string[] = [];
        for (const key of keys) done.push(yield df.callActivity("work", key));
        return done;
      },
      *together({ df }) {
        const keys: string[] = df.getInput();
        return yield df.Task.all(keys.map((key) => df.callActivity("work", key)));
      },
      *retried({ df }) {
        const first: string = yield df.callActivity("work", `${df.getInput()}-before`);
        const second: string = yield df.callActivityWithRetry("work", new RetryOptions(1, 2), df.getInput());
        return [first, second];
      },
      *withEntity({ df }) {
        const { EntityId } = require("durable-functions");
        const tasks = [df.callEntity(new EntityId("slow", "s"), "get"), df.callActivity("work", df.getInput())];
        const results: unknown[] = yield df.Task.all(tasks);
        return results;
      },
      *parent({ df }) {
        const child: string[] = yield df.callSubOrchestrator("steps", df.getInput());
        const after: string = yield df.callActivity("work", "after");
        return [...child, after];
      },
    },
  });
});
afterAll(() => hub.stop());
beforeEach(() => {
  broken.clear();
  calls.clear();
});

/** Runs to the failure, mends what is broken, rewinds, and waits for the end. */
async function failAndRewind(name: string, input: unknown): Promise<unknown> {
  const failed = await hub.run(name, input);
  expect(failed.runtimeStatus).toBe("Failed");
  broken.clear();
  await hub.hub.rewind(failed.instanceId, "mended");
  expect((await hub.hub.getInstance(failed.instanceId))?.runtimeStatus).not.toBe("Failed");
  const instance = await hub.until(failed.instanceId, ({ runtimeStatus }) => runtimeStatus === "Completed");
  return JSON.parse(instance.output ?? "null");
}

describe("a rewound instance", () => {
  it("does again what had failed, and not what had succeeded [DF27]", async () => {
    broken.add("b");
    expect(await failAndRewind("steps", ["a", "b", "c"])).toEqual(["a", "b", "c"]);
    expect(Object.fromEntries(calls)).toEqual({ a: 1, b: 2, c: 1 });
  });

  it("does again what failed among tasks that ran together [DF27]", async () => {
    broken.add("y");
    expect(await failAndRewind("together", ["x", "y", "z"])).toEqual(["x", "y", "z"]);
    expect(Object.fromEntries(calls)).toEqual({ x: 1, y: 2, z: 1 });
  });

  it("begins the retrying of a task anew", async () => {
    broken.add("r");
    expect(await failAndRewind("retried", "r")).toEqual(["r-before", "r"]);
    expect(Object.fromEntries(calls)).toEqual({ "r-before": 1, r: 3 });
  });

  it("rewinds the sub-orchestrations that had failed [DF29]", async () => {
    broken.add("k");
    expect(await failAndRewind("parent", ["j", "k"])).toEqual(["j", "k", "after"]);
    expect(Object.fromEntries(calls)).toEqual({ j: 1, k: 2, after: 1 });
  });

  it("starts a failed sub-orchestration anew that has been purged meanwhile, instead of waiting for it [DF29]", async () => {
    broken.add("q");
    const failed = await hub.run("parent", ["p", "q"]);
    const { instances } = await hub.hub.queryInstances({ top: 100, statuses: ["Failed"], name: "steps" });
    const child = instances.find(({ parentInstanceId }) => parentInstanceId === failed.instanceId);
    expect((await hub.hub.purgeInstance(child?.instanceId ?? "")).deleted).toBe(1);
    broken.clear();
    await hub.hub.rewind(failed.instanceId, "mended");
    const instance = await hub.until(failed.instanceId, ({ runtimeStatus }) => runtimeStatus === "Completed");
    expect(instance.output).toBe('["p","q","after"]');
    expect(Object.fromEntries(calls)).toEqual({ p: 2, q: 2, after: 1 });
  });

  it("finds the answer of an entity that came when the instance had failed already", async () => {
    broken.add("w");
    const failed = await hub.run("withEntity", "w");
    expect(failed.runtimeStatus).toBe("Failed");
    for (let i = 0; i < 500 && !(await hub.historyTypes(failed.instanceId)).includes("EventRaised"); i++) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(await hub.hub.getInstance(failed.instanceId)).toEqual(failed);
    broken.clear();
    await hub.hub.rewind(failed.instanceId, null);
    const instance = await hub.until(failed.instanceId, ({ runtimeStatus }) => runtimeStatus === "Completed");
    expect(instance.output).toBe('["answer","w"]');
    expect(calls.get("slow")).toBe(1);
  });

  it("can fail and be rewound again, each time as a new execution [GR21, GR54]", async () => {
    broken.add("b");
    const failed = await hub.run("steps", ["b"]);
    const executions = new Set([failed.executionId]);
    await hub.hub.rewind(failed.instanceId, null);
    await hub.until(failed.instanceId, () => calls.get("b") === 2);
    const again = await hub.until(failed.instanceId, ({ runtimeStatus }) => runtimeStatus === "Failed");
    executions.add(again.executionId);
    broken.clear();
    await hub.hub.rewind(failed.instanceId, null);
    const completed = await hub.until(failed.instanceId, ({ runtimeStatus }) => runtimeStatus === "Completed");
    expect(calls.get("b")).toBe(3);
    expect(executions.add(completed.executionId).size).toBe(3);
    for (const executionId of executions) expect(executionId).toMatch(/^[0-9a-f]{32}$/);
  });

  it("must have failed [DF28]", async () => {
    const { instanceId } = await hub.run("steps", ["a"]);
    await expect(hub.hub.rewind(instanceId, null)).rejects.toMatchObject({ code: "INSTANCE_NOT_FAILED" });
    await expect(hub.hub.rewind("nobody", null)).rejects.toMatchObject({ code: "INSTANCE_NOT_FOUND" });
  });
});

describe("a restart", () => {
  it("starts again what an instance was started with, under a new id or its own", async () => {
    const { instanceId } = await hub.run("steps", ["s"]);
    const other = await hub.hub.restart(instanceId, true);
    expect(other).not.toBe(instanceId);
    expect((await hub.end(other)).output).toBe('["s"]');
    expect(await hub.hub.restart(instanceId, false)).toBe(instanceId);
    await hub.until(instanceId, () => calls.get("s") === 3);
    await expect(hub.hub.restart("nobody", true)).rejects.toMatchObject({ code: "INSTANCE_NOT_FOUND" });
  });
});
