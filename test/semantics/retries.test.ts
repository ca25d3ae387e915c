import { RetryOptions } from "durable-functions";
import type { HistoryEvent } from "@durable-host/engine";
import { InProcessHub } from "./in-process-hub";

const attempts = new Map<string, number>();
const instancesOfChild: string[] = [];

interface Retrying {
  readonly key: string;
  readonly succeedOn?: number;
  readonly first: number;
  readonly attempts: number;
  readonly coefficient?: number;
  readonly longest?: number;
  readonly timeout?: number;
}

let hub: InProcessHub;
beforeAll(async () => {
  hub = await InProcessHub.start({
    activities: {
      flaky({ key, succeedOn = Infinity }: Retrying) {
        const attempt = (attempts.get(key) ?? 0) + 1;
        attempts.set(key, attempt);
        if (attempt < succeedOn) throw new Error(`attempt ${attempt} of ${key}`);
        return attempt;
      },
      echo: (value: unknown) => value,
    },
    orchestrators: {
      *retries({ df }) {
        const input: Retrying = df.getInput();
        return yield df.callActivityWithRetry("flaky", retryOptions(input), input);
      },
      *catches({ df }) {
        const input: Retrying = df.getInput();
        try {
          yield df.callActivityWithRetry("flaky", retryOptions(input), input);
        } catch (error) {
          const after: string = yield df.callActivity("echo", "compensated");
          return [after, (error as Error).message];
        }
      },
      *together({ df }) {
        const options = new RetryOptions(5, 3);
        const key: string = df.instanceId;
        const tasks = [2, 3].map((succeedOn) =>
          df.callActivityWithRetry("flaky", options, { key: `${key}/${succeedOn}`, succeedOn }),
        );
        const results: number[] = yield df.Task.all(tasks);
        const later: string = yield df.callActivity("echo", "later");
        return [...results, later];
      },
      *child({ df }) {
        instancesOfChild.push(df.instanceId);
        yield df.callActivity("flaky", { key: "child", succeedOn: 3 });
        return "from the child";
      },
      *parent({ df }) {
        return yield df.callSubOrchestratorWithRetry("child", new RetryOptions(1, 3));
      },
    },
  });
});
afterAll(() => hub.stop());

function retryOptions(input: Retrying): RetryOptions {
  const options = new RetryOptions(input.first, input.attempts);
  if (input.coefficient !== undefined) options.backoffCoefficient = input.coefficient;
  if (input.longest !== undefined) options.maxRetryIntervalInMilliseconds = input.longest;
  if (input.timeout !== undefined) options.retryTimeoutInMilliseconds = input.timeout;
  return options;
}

/** How long after the beginning of its episode each timer was due. */
function delays(history: readonly HistoryEvent[]): number[] {
  let now = 0;
  const found: number[] = [];
  for (const event of history) {
    if (event.type === "OrchestratorStarted") now = event.timestamp;
    if (event.type === "TimerCreated") found.push(event.fireAt - now);
  }
  return found;
}

describe("an activity that is retried", () => {
  it("is run as often as allowed, after growing delays, and then throws its error [DF40]", async () => {
    const input = { key: "a", first: 20, attempts: 3, coefficient: 2 };
    const { instanceId, output } = await hub.run("catches", input);

    const [after, message] = JSON.parse(output ?? "") as [string, string];
    expect(after).toBe("compensated");
    expect(message).toMatch(/^Activity function 'flaky' failed:.*attempt 3 of a/);
    expect(attempts.get("a")).toBe(3);
    expect(delays(await hub.hub.readHistory(instanceId))).toEqual([20, 40, 0]);
  });

  it("fails the orchestration that does not catch its last error [DF40]", async () => {
    const { runtimeStatus, output } = await hub.run("retries", { key: "b", first: 1, attempts: 2 });
    expect(runtimeStatus).toBe("Failed");
    expect(output).toContain("attempt 2 of b");
  });

  it("is not run again once it has succeeded [DF40]", async () => {
    const { instanceId, output } = await hub.run("retries", { key: "c", succeedOn: 2, first: 5, attempts: 3 });

    expect([output, attempts.get("c")]).toEqual(["2", 2]);
    expect(delays(await hub.hub.readHistory(instanceId))).toEqual([5]);
  });

  it("leaves a timer that has fired behind its last failure [DF41]", async () => {
    const { instanceId } = await hub.run("retries", { key: "d", first: 1, attempts: 2 });
    const types = (await hub.historyTypes(instanceId)).filter((type) => !type.startsWith("Orchestrator"));

    expect(types).toEqual([
      "ExecutionStarted",
      ...["TaskScheduled", "TaskFailed", "TimerCreated", "TimerFired"],
      ...["TaskScheduled", "TaskFailed", "TimerCreated", "TimerFired"],
      "ExecutionCompleted",
    ]);
  });

  it("stays in step with another one and with what comes after both [DF42]", async () => {
    const { runtimeStatus, output } = await hub.run("together");
    expect([runtimeStatus, output]).toEqual(["Completed", '[2,3,"later"]']);
  });

  it("waits no longer than the longest interval [DF43]", async () => {
    const { instanceId } = await hub.run("retries", { key: "e", first: 5, attempts: 4, coefficient: 10, longest: 25 });

    expect(attempts.get("e")).toBe(4);
    expect(delays(await hub.hub.readHistory(instanceId))).toEqual([5, 25, 25, 0]);
  });

  it("fails with its last error when the time for retrying is over, and does not hang [DF44]", async () => {
    const { runtimeStatus, output } = await hub.run("retries", { key: "f", first: 20, attempts: 1_000, timeout: 50 });

    expect(runtimeStatus).toBe("Failed");
    expect(output).toContain(`attempt ${attempts.get("f")} of f`);
    expect(attempts.get("f")).toBeGreaterThan(1);
    expect(attempts.get("f")).toBeLessThan(10);
  });
});

describe("a sub-orchestration that is retried", () => {
  it("gets an id of its own for each attempt", async () => {
    const { output } = await hub.run("parent");

    expect(output).toBe('"from the child"');
    expect(new Set(instancesOfChild).size).toBe(3);
  });
});
