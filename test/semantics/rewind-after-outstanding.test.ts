import { EntityId } from "durable-functions";
import { InProcessHub } from "./in-process-hub";

/** Too large a custom status fails an orchestration at once, whatever it still waits for. */
let isBroken = true;
let openGate: () => void = () => undefined;
let gate = Promise.resolve();
const calls: string[] = [];

let hub: InProcessHub;
beforeAll(async () => {
  hub = await InProcessHub.start({
    activities: {
      gated: async () => {
        calls.push("gated");
        await gate;
        return "activity";
      },
      maybe: () => {
        if (isBroken) throw new Error("broken");
        return "child";
      },
    },
    entities: {
      shared({ df }) {
        if (df.operationName === "add") df.setState(df.getState(() => 0) + 1);
        else df.return(df.getState(() => 0));
      },
    },
    orchestrators: {
      *critical({ df }) {
        const entity = new EntityId("shared", df.getInput());
        const lock: { release(): void } = yield df.lock(entity);
        yield df.callActivity("maybe");
        yield df.callActivity("gated");
        yield df.callEntity(entity, "add");
        const value: number = yield df.callEntity(entity, "get");
        lock.release();
        return value;
      },
      *child({ df }) {
        yield df.waitForExternalEvent("answer");
        return "child";
      },
      *failing({ df }) {
        return yield df.callActivity("maybe");
      },
      *waiting({ df }) {
        const dueAt = new Date(df.currentUtcDateTime.getTime() + 300);
        const tasks = [df.callActivity("gated"), df.createTimer(dueAt), df.callSubOrchestrator("child", null, "part")];
        const all = df.Task.all(tasks);
        yield df.Task.any([all, df.waitForExternalEvent("go")]);
        if (isBroken) df.setCustomStatus("x".repeat(20_000));
        const [activity, , child]: string[] = yield all;
        return [activity, child];
      },
      *parent({ df }) {
        return yield df.callSubOrchestrator("failing", null, "failing-part");
      },
    },
  });
});
afterAll(() => hub.stop());
beforeEach(() => {
  isBroken = true;
  calls.length = 0;
  gate = new Promise((resolve) => (openGate = resolve));
});

async function failAtOnce(): Promise<string> {
  const instanceId = await hub.hub.start({ name: "waiting" });
  await hub.until("part", () => calls.length === 1);
  await hub.hub.raiseEvent(instanceId, "go", null);
  await hub.until(instanceId, ({ runtimeStatus }) => runtimeStatus === "Failed");
  isBroken = false;
  return instanceId;
}

async function until(reached: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 500 && !(await reached()); i++) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe("an instance that failed while it waited for others", () => {
  it("waits for them again when it is rewound", async () => {
    const instanceId = await failAtOnce();
    await hub.hub.rewind(instanceId, "mended");
    openGate();
    await hub.hub.raiseEvent("part", "answer", null);
    expect(await hub.end(instanceId)).toMatchObject({ runtimeStatus: "Completed", output: '["activity","child"]' });
    expect(calls).toEqual(["gated"]);
  });

  it("finds what they came to before it is rewound", async () => {
    const instanceId = await failAtOnce();
    openGate();
    await hub.hub.raiseEvent("part", "answer", null);
    await hub.end("part");
    await until(async () => {
      const types = await hub.historyTypes(instanceId);
      return types.includes("TaskCompleted") && types.includes("SubOrchestrationCompleted");
    });
    expect((await hub.hub.getInstance(instanceId))?.runtimeStatus).toBe("Failed");
    await hub.hub.rewind(instanceId, "mended");
    expect(await hub.end(instanceId)).toMatchObject({ runtimeStatus: "Completed", output: '["activity","child"]' });
    expect(calls).toEqual(["gated"]);
  });

  it("takes the result of a sub-orchestration that was rewound and has completed before it", async () => {
    const { instanceId, runtimeStatus } = await hub.run("parent");
    expect(runtimeStatus).toBe("Failed");
    isBroken = false;
    await hub.hub.rewind("failing-part", "mended");
    await hub.until("failing-part", (part) => part.runtimeStatus === "Completed");
    await hub.hub.rewind(instanceId, "mended");
    await hub.until(instanceId, (parent) => parent.runtimeStatus !== "Failed");
    expect(await hub.end(instanceId)).toMatchObject({ runtimeStatus: "Completed", output: '"child"' });
  });
});

describe("an instance that failed in a critical section", () => {
  const lockOf = (customStatus: string | null) => (JSON.parse(customStatus ?? "{}") as { lockedBy?: string }).lockedBy;

  it("has the entities of the section again when it is rewound, and frees them in the end", async () => {
    const { instanceId, runtimeStatus } = await hub.run("critical", "k");
    expect(runtimeStatus).toBe("Failed");
    isBroken = false;
    await hub.hub.rewind(instanceId, "mended");
    await hub.until("@shared@k", ({ customStatus }) => lockOf(customStatus) === instanceId);
    openGate();
    expect(await hub.end(instanceId)).toMatchObject({ runtimeStatus: "Completed", output: "1" });
    await hub.until("@shared@k", ({ customStatus }) => lockOf(customStatus) === undefined);
  });
});
