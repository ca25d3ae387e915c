import { RetryOptions } from "durable-functions";
import { TestOrchestration, type TestContext } from "./run-orchestration";

describe.each(["resident", "replay", "verify"] as const)("values of an orchestrator executed in mode %s", (mode) => {
  const run = (fn: (context: TestContext) => Generator<unknown, unknown, never>) => new TestOrchestration(fn, { mode });

  it.each<[string, unknown]>([
    ["a function", () => 1],
    ["a symbol", Symbol("s")],
    ["nothing", undefined],
  ])("takes %s for null, wherever a value is to be written", async (_what, value) => {
    const orchestration = run(function* ({ df }) {
      const tasks = [df.callActivity("a", value), df.callSubOrchestrator("child", value)];
      tasks.push(df.callEntity({ name: "e", key: "k" }, "op", value));
      df.setCustomStatus(value);
      yield df.Task.any(tasks);
      return value;
    });
    const first = await orchestration.start();
    const [activity, child, call] = first.actions;
    expect(activity).toMatchObject({ type: "ScheduleActivity", input: null });
    expect(child).toMatchObject({ type: "CreateSubOrchestration", input: null });
    expect(call?.type === "SendEvent" && JSON.parse(call.input ?? "")).not.toHaveProperty("input");
    expect(first).not.toHaveProperty("customStatus");
    const last = await orchestration.deliver(orchestration.completed(0, null));
    expect(last.completion).toEqual({ type: "Completed", output: null });
  });

  it("continues as new with null for a function", async () => {
    const orchestration = run(function* ({ df }) {
      yield df.callActivity("a");
      df.continueAsNew(() => 1);
    });
    await orchestration.start();
    const last = await orchestration.deliver(orchestration.completed(0, null));
    expect(last.completion).toEqual({ type: "ContinuedAsNew", input: null });
  });

  it("fails when the custom status is nothing JSON can express", async () => {
    const orchestration = run(function* ({ df }) {
      yield df.callActivity("a");
      df.setCustomStatus({ amount: 10n });
      yield df.callActivity("b");
    });
    await orchestration.start();
    const result = await orchestration.deliver(orchestration.completed(0, null));
    expect(result).not.toHaveProperty("customStatus");
    expect(result.completion).toMatchObject({
      type: "Failed",
      output: expect.stringMatching(
        /^Orchestrator function 'testOrchestrator' failed: its custom status cannot be written as JSON: .*BigInt/,
      ),
    });
  });

  it("fails when a timer is given an invalid date", async () => {
    const orchestration = run(function* ({ df }) {
      yield df.callActivity("a");
      yield df.createTimer(new Date(NaN));
    });
    await orchestration.start();
    const result = await orchestration.deliver(orchestration.completed(0, null));
    expect(result.actions.filter(({ type }) => type === "CreateTimer")).toEqual([]);
    expect(result.completion).toMatchObject({ type: "Failed", output: expect.stringContaining("invalid date") });
  });

  it("fails when retry options hold a number that is none", async () => {
    const options = new RetryOptions(5, 4);
    options.backoffCoefficient = NaN;
    const orchestration = run(function* ({ df }) {
      yield df.callActivityWithRetry("flaky", options);
    });
    await orchestration.start();
    await orchestration.deliver(orchestration.failed(0, "first"));
    await orchestration.deliver(orchestration.fired(1));
    const failed = await orchestration.deliver(orchestration.failed(2, "second"));
    expect(failed.completion).toMatchObject({ type: "Failed", output: expect.stringContaining("retry options") });
  });
});
