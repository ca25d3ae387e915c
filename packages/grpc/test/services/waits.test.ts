import { OrchestrationStatus, whenAll, type OrchestrationContext } from "@microsoft/durabletask-js";
import type { SdkFunctions } from "../work/sdk-worker";
import { LoopbackHub } from "./loopback-hub";

// What a step resolves to depends on the task.
// oxlint-disable-next-line typescript/no-explicit-any
type Steps = AsyncGenerator<unknown, any, any>;

jest.setTimeout(150_000);

let openGate: () => void = () => undefined;
const gate = new Promise<void>((resolve) => (openGate = resolve));

const functions: SdkFunctions = {
  orchestrators: {
    async *slowToStart(context: OrchestrationContext): Steps {
      await gate;
      return yield context.waitForExternalEvent("go");
    },
    async *waiting(context: OrchestrationContext): Steps {
      return yield context.waitForExternalEvent("go");
    },
    async *fanOut(context: OrchestrationContext, width: number): Steps {
      const tasks = Array.from({ length: width }, (_, index) => context.callActivity<number, number>("double", index));
      const results: number[] = yield whenAll(tasks);
      return results.reduce((sum, each) => sum + each, 0);
    },
  },
  activities: { double: (value: number) => value * 2 },
};

let loopback: LoopbackHub;
beforeAll(async () => (loopback = await LoopbackHub.start(functions)));
afterAll(() => loopback.stop());

describe("a wait", () => {
  it("for the start lasts until the first answer of the code is committed [GR50]", async () => {
    const { client } = loopback;
    const id = await client.scheduleNewOrchestration("slowToStart");
    await expect(client.waitForOrchestrationStart(id, false, 1)).rejects.toThrow();
    const started = client.waitForOrchestrationStart(id, false, 30);
    openGate();
    expect(await started).toMatchObject({ runtimeStatus: OrchestrationStatus.RUNNING });
    await client.suspendOrchestration(id);
    expect(await client.waitForOrchestrationStart(id, false, 30)).toMatchObject({ instanceId: id });
  });

  it("of each of a hundred callers ends with the commit [GR51]", async () => {
    const { client } = loopback;
    const id = await client.scheduleNewOrchestration("waiting");
    await client.waitForOrchestrationStart(id, false, 30);
    const hundred = Array.from({ length: 100 });
    const waits = hundred.map(async () => {
      await client.waitForOrchestrationCompletion(id, true, 30);
      return Date.now();
    });
    // What a hundred answers take on this machine, whatever else it does.
    const began = Date.now();
    await Promise.all(hundred.map(() => client.getOrchestrationState(id)));
    const usual = Date.now() - began;
    await client.raiseOrchestrationEvent(id, "go", 1);
    const returned = await Promise.all(waits);
    const { completedAt = 0 } = (await loopback.hub.taskHub.getInstance(id)) ?? {};
    expect(Math.max(...returned) - completedAt).toBeLessThan(Math.max(200, 5 * usual));
  });
});

describe("an orchestration", () => {
  it("has five thousand activities at a time [GR36]", async () => {
    const id = await loopback.client.scheduleNewOrchestration("fanOut", 5_000);
    const state = await loopback.client.waitForOrchestrationCompletion(id, true, 120);
    expect(state).toMatchObject({ runtimeStatus: OrchestrationStatus.COMPLETED, serializedOutput: "24995000" });
  });
});
