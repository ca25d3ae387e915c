import { RetryOptions } from "durable-functions";
import type { EpisodeResult } from "@durable-host/engine";
import { TestOrchestration, type TestContext } from "./run-orchestration";

function ids(result: EpisodeResult): string[] {
  return result.actions.map((action) => `${action.id} ${action.type}`);
}

/** Every case runs continued, replayed and both at once: what the tests say holds for each. */
describe.each(["resident", "replay", "verify"] as const)("an orchestrator executed in mode %s", (mode) => {
  const run = (fn: (context: TestContext) => Generator<unknown, unknown, never>, input?: string) =>
    new TestOrchestration(fn, { mode, ...(input === undefined ? {} : { input }) });
  /** Ids that an episode must have asked for: a replay repeats the earlier ones. */
  const expectNew = (result: EpisodeResult, expected: string[]) => {
    expect(ids(result).slice(-expected.length || Infinity)).toEqual(expected);
  };

  it("schedules activities one after another and returns what the code returns", async () => {
    const orchestration = run(function* ({ df }) {
      const a: string = yield df.callActivity("hello", "Tokyo");
      const b: string = yield df.callActivity("hello", "Seattle");
      return [a, b];
    });
    const first = await orchestration.start();
    expect(first.actions).toEqual([{ type: "ScheduleActivity", id: 0, name: "hello", input: '"Tokyo"' }]);
    expectNew(await orchestration.deliver(orchestration.completed(0, "Hello Tokyo")), ["1 ScheduleActivity"]);
    const last = await orchestration.deliver(orchestration.completed(1, "Hello Seattle"));
    expect(last.completion).toEqual({ type: "Completed", output: '["Hello Tokyo","Hello Seattle"]' });
  });

  it("hands the input to the code as a value", async () => {
    const orchestration = run(function* ({ df }) {
      yield df.callActivity("hello", df.getInput().city);
    }, '{"city":"London"}');
    const result = await orchestration.start();
    expect(result.actions[0]).toMatchObject({ input: '"London"' });
    expect(result.completion).toBeUndefined();
  });

  it("numbers the tasks of Task.all from left to right", async () => {
    const orchestration = run(function* ({ df }) {
      const results: number[] = yield df.Task.all([1, 2, 3].map((n) => df.callActivity("square", n)));
      yield df.callActivity("sum", results);
      return results;
    });
    expect(ids(await orchestration.start())).toEqual([
      "0 ScheduleActivity",
      "1 ScheduleActivity",
      "2 ScheduleActivity",
    ]);
    expectNew(await orchestration.deliver(orchestration.completed(2, 9), orchestration.completed(0, 1)), []);
    const third = await orchestration.deliver(orchestration.completed(1, 4));
    expect(third.actions.at(-1)).toEqual({ type: "ScheduleActivity", id: 3, name: "sum", input: "[1,4,9]" });
  });

  it("cancels the timer that lost against an event", async () => {
    const orchestration = run(function* ({ df }) {
      const timer = df.createTimer(new Date(df.currentUtcDateTime.getTime() + 60_000));
      const approval = df.waitForExternalEvent("approve");
      const winner: unknown = yield df.Task.any([approval, timer]);
      if (winner === approval) timer.cancel();
      return winner === approval;
    });
    const first = await orchestration.start();
    expect(first.actions).toEqual([{ type: "CreateTimer", id: 0, fireAt: orchestration.now + 60_000 }]);
    const second = await orchestration.deliver(orchestration.raised("approve", true));
    expect(second.canceledTimers).toEqual([0]);
    expect(second.completion).toEqual({ type: "Completed", output: "true" });
  });

  it("does not create a shared timer again when Task.any is yielded in a loop", async () => {
    const orchestration = run(function* ({ df }) {
      const timer = df.createTimer(new Date(df.currentUtcDateTime.getTime() + 60_000));
      const seen: unknown[] = [];
      for (;;) {
        const event = df.waitForExternalEvent("item");
        const winner: unknown = yield df.Task.any([event, timer]);
        if (winner === timer) return seen;
        seen.push(event.result);
        yield df.callActivity("store", event.result);
      }
    });
    expect(ids(await orchestration.start())).toEqual(["0 CreateTimer"]);
    expectNew(await orchestration.deliver(orchestration.raised("item", "a")), ["1 ScheduleActivity"]);
    expectNew(await orchestration.deliver(orchestration.completed(1, null)), []);
    expectNew(await orchestration.deliver(orchestration.raised("item", "b")), ["2 ScheduleActivity"]);
    await orchestration.deliver(orchestration.completed(2, null));
    orchestration.time = 60_000;
    const last = await orchestration.deliver(orchestration.fired(0));
    expect(last.completion).toEqual({ type: "Completed", output: '["a","b"]' });
  });

  it("retries with growing delays, and fails after a last timer", async () => {
    const options = new RetryOptions(1000, 3);
    options.backoffCoefficient = 2;
    const orchestration = run(function* ({ df }) {
      try {
        yield df.callActivityWithRetry("flaky", options, 1);
      } catch (error) {
        yield df.callActivity("compensate", String((error as Error).message.includes("no luck")));
      }
      return "done";
    });
    await orchestration.start();
    const timers: number[] = [];
    for (const [task, timer] of [
      [0, 1],
      [2, 3],
      [4, 5],
    ] as const) {
      const failed = await orchestration.deliver(orchestration.failed(task, "no luck"));
      const created = failed.actions.at(-1);
      expect(created).toMatchObject({ type: "CreateTimer", id: timer });
      if (created?.type === "CreateTimer") timers.push(created.fireAt - orchestration.now);
      orchestration.time += 5000;
      const retried = await orchestration.deliver(orchestration.fired(timer));
      expect(retried.actions.at(-1)).toMatchObject({ id: timer + 1, name: timer === 5 ? "compensate" : "flaky" });
    }
    expect(timers).toEqual([1000, 2000, 0]);
    const last = await orchestration.deliver(orchestration.completed(6, null));
    expect(last.completion).toEqual({ type: "Completed", output: '"done"' });
  });

  it("ends retrying when the retry timeout has passed, instead of waiting for ever", async () => {
    const options = new RetryOptions(1000, 10);
    options.retryTimeoutInMilliseconds = 1500;
    const orchestration = run(function* ({ df }) {
      yield df.callActivityWithRetry("flaky", options);
    });
    await orchestration.start();
    await orchestration.deliver(orchestration.failed(0, "first"));
    orchestration.time = 2000;
    await orchestration.deliver(orchestration.fired(1));
    const failed = await orchestration.deliver(orchestration.failed(2, "second"));
    expect(failed.actions.at(-1)).toMatchObject({ type: "CreateTimer", id: 3, fireAt: orchestration.now });
    const ended = await orchestration.deliver(orchestration.fired(3));
    expect(ended.completion).toMatchObject({ type: "Failed", output: expect.stringContaining("second") });
  });

  it("keeps two retrying activities and a later one in step", async () => {
    const options = new RetryOptions(1000, 3);
    const orchestration = run(function* ({ df }) {
      yield df.Task.all([df.callActivityWithRetry("a", options), df.callActivityWithRetry("b", options)]);
      yield df.callActivity("c");
      return "done";
    });
    expect(ids(await orchestration.start())).toEqual(["0 ScheduleActivity", "1 ScheduleActivity"]);
    expectNew(await orchestration.deliver(orchestration.failed(1, "b"), orchestration.failed(0, "a")), [
      "2 CreateTimer",
      "3 CreateTimer",
    ]);
    const again = await orchestration.deliver(orchestration.fired(3), orchestration.fired(2));
    expect(again.actions.slice(-2)).toMatchObject([
      { id: 4, name: "a" },
      { id: 5, name: "b" },
    ]);
    await orchestration.deliver(orchestration.completed(5, null));
    const third = await orchestration.deliver(orchestration.completed(4, null));
    expect(third.actions.at(-1)).toMatchObject({ id: 6, name: "c" });
    expect((await orchestration.deliver(orchestration.completed(6, 0))).completion?.type).toBe("Completed");
  });

  it("calls an entity and takes its answer, also after a cold start in between", async () => {
    const orchestration = run(function* ({ df }) {
      const { EntityId } = require("durable-functions");
      df.signalEntity(new EntityId("Counter", "a"), "add", 5);
      const value: number = yield df.callEntity(new EntityId("Counter", "a"), "get", "text");
      return value;
    });
    const first = await orchestration.start();
    const [signal, call] = first.actions;
    expect(signal).toMatchObject({ type: "SendEvent", id: 0, instanceId: "@counter@a", name: "op" });
    const sent = orchestration.history.find((event) => event.type === "EventSent" && event.eventId === 1);
    const request = JSON.parse((sent as { input: string }).input);
    expect(request).toMatchObject({ op: "get", input: '"text"', parent: "i1", parentExecution: "e1" });
    expect(call).toMatchObject({ type: "SendEvent", id: 1 });
    orchestration.loseSession();
    const last = await orchestration.deliver(orchestration.raised(request.id, { result: "5" }));
    expect(last.completion).toEqual({ type: "Completed", output: "5" });
  });

  it("locks entities in order and releases each with an id of its own", async () => {
    const orchestration = run(function* ({ df }) {
      const { EntityId } = require("durable-functions");
      const lock: { release(): void } = yield df.lock(new EntityId("account", "b"), new EntityId("account", "a"));
      lock.release();
      yield df.callActivity("after");
    });
    const first = await orchestration.start();
    expect(first.actions[0]).toMatchObject({ id: 0, instanceId: "@account@a" });
    const request = JSON.parse((first.actions[0] as { input: string }).input);
    expect(request.lockset).toEqual([
      { name: "account", key: "a" },
      { name: "account", key: "b" },
    ]);
    const second = await orchestration.deliver(
      orchestration.raised(request.id, { result: "Lock Acquisition Completed" }),
    );
    expect(second.actions.slice(-3)).toMatchObject([
      { id: 1, name: "release", instanceId: "@account@a" },
      { id: 2, name: "release", instanceId: "@account@b" },
      { id: 3, type: "ScheduleActivity", name: "after" },
    ]);
  });

  it("continues as new with what it is given, and hands on events that came after", async () => {
    const orchestration = run(function* ({ df }) {
      yield df.waitForExternalEvent("next");
      df.continueAsNew("again");
    });
    await orchestration.start();
    const result = await orchestration.deliver(orchestration.raised("next", 1), orchestration.raised("next", 2));
    expect(result.completion).toEqual({ type: "ContinuedAsNew", input: '"again"' });
    expect(result.unconsumedEvents).toMatchObject([{ type: "EventRaised", name: "next", input: "2" }]);
  });

  it.each([
    ["an error", () => new Error("no stock"), "no stock"],
    ["an error without a message", () => new Error(""), "it threw an error without a message."],
    ["a string", () => "plain text", "plain text"],
    ["an object", () => ({ code: 7 }), 'it threw a value that is no Error: {"code":7}'],
    ["null", () => null, "it threw a value that is no Error: null"],
    ["undefined", () => undefined, "it threw a value that is no Error: undefined"],
  ])("fails when the code throws %s [DF38]", async (_what, thrown, text) => {
    const orchestration = run(function* ({ df }) {
      yield df.callActivity("first");
      throw thrown();
    });
    await orchestration.start();
    const result = await orchestration.deliver(orchestration.completed(0, null));
    expect(result.completion).toEqual({
      type: "Failed",
      output: `Orchestrator function 'testOrchestrator' failed: ${text}`,
    });
  });

  it("fails when the code yields something that is no task", async () => {
    const result = await run(function* () {
      yield 42;
    }).start();
    expect(result.completion).toMatchObject({
      type: "Failed",
      output: expect.stringContaining("yielded data of type number"),
    });
  });

  it("fails when the code returns something JSON cannot express", async () => {
    const orchestration = run(function* ({ df }) {
      yield df.callActivity("first");
      return 10n;
    });
    await orchestration.start();
    const result = await orchestration.deliver(orchestration.completed(0, null));
    expect(result.completion).toMatchObject({ type: "Failed", output: expect.stringContaining("BigInt") });
  });

  it("waits whole milliseconds before a retry", async () => {
    const options = new RetryOptions(5, 4);
    options.backoffCoefficient = 1.5;
    const orchestration = run(function* ({ df }) {
      yield df.callActivityWithRetry("flaky", options);
    });
    await orchestration.start();
    await orchestration.deliver(orchestration.failed(0, "first"));
    await orchestration.deliver(orchestration.fired(1));
    const failed = await orchestration.deliver(orchestration.failed(2, "second"));
    expect(failed.actions.at(-1)).toMatchObject({ type: "CreateTimer", id: 3, fireAt: orchestration.now + 8 });
  });

  it("reports the custom status", async () => {
    const orchestration = run(function* ({ df }) {
      df.setCustomStatus({ stage: "waiting" });
      yield df.waitForExternalEvent("go");
    });
    expect((await orchestration.start()).customStatus).toBe('{"stage":"waiting"}');
  });

  it("tells the code that it is replaying exactly while it is", async () => {
    const live: string[] = [];
    const orchestration = run(function* ({ df }) {
      for (const step of ["a", "b", "c"]) {
        if (!df.isReplaying) live.push(step);
        yield df.callActivity(step);
      }
      if (!df.isReplaying) live.push("end");
    });
    await orchestration.start();
    for (const id of [0, 1, 2]) {
      orchestration.time += 10;
      await orchestration.deliver(orchestration.completed(id, null));
    }
    // Verifying executes every episode a second time, in a replay of its own.
    const times = mode === "verify" ? 2 : 1;
    expect(live).toEqual(["a", "b", "c", "end"].flatMap((step) => Array<string>(times).fill(step)));
  });

  it("lets code that keeps what it was told about replaying see what a replay sees [DF58]", async () => {
    const orchestration = run(function* ({ df }) {
      const seen: boolean[] = [df.isReplaying];
      for (const step of ["a", "b", "c"]) {
        yield df.callActivity(step);
        seen.push(df.isReplaying);
      }
      return seen;
    });
    await orchestration.start();
    let last: EpisodeResult | undefined;
    for (const id of [0, 1, 2]) last = await orchestration.deliver(orchestration.completed(id, null));
    expect(last?.completion).toEqual({ type: "Completed", output: "[true,true,true,false]" });
  });

  it("shows the same time and ids after a cold start [DF59]", async () => {
    const seen: string[][] = [];
    const orchestration = run(function* ({ df }) {
      const marks: string[] = [];
      for (const step of ["a", "b"]) {
        marks.push(df.currentUtcDateTime.toISOString(), df.newGuid("i1"));
        yield df.callActivity(step);
      }
      seen.push(marks);
      yield df.callActivity("c");
      return marks;
    });
    await orchestration.start();
    orchestration.time = 1234;
    await orchestration.deliver(orchestration.completed(0, null));
    orchestration.time = 5678;
    await orchestration.deliver(orchestration.completed(1, null));
    orchestration.loseSession();
    const last = await orchestration.deliver(orchestration.completed(2, null));
    expect(last.completion).toEqual({ type: "Completed", output: JSON.stringify(seen[0]) });
  });
});
