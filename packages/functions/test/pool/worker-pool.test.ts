import type { EpisodeResult, HistoryEvent } from "@durable-host/engine";
import { ManualClock } from "@durable-host/testkit";
import { fixtureApp, isRunning, runActivity, useAppHosts, waitForEnd } from "../fixtures/app-hosts";

describe("app workers", () => {
  const hosts = useAppHosts();
  const start = (options: Parameters<typeof hosts.start>[0] | object = {}) =>
    hosts.start({ appRoot: fixtureApp("durable"), ...options });

  it("run activities: input parsed, result as JSON", async () => {
    const { host } = await start();
    await expect(runActivity(host, "echo", { a: [1, "x", null] })).resolves.toEqual({
      type: "Completed",
      result: '{"a":[1,"x",null]}',
    });
    await expect(runActivity(host, "ECHO", "text")).resolves.toEqual({ type: "Completed", result: '"text"' });
    await expect(runActivity(host, "returnNothing")).resolves.toEqual({ type: "Completed", result: null });
    await expect(runActivity(host, "describeInput")).resolves.toEqual({
      type: "Completed",
      result: '{"type":"undefined","metadata":{"instanceId":"instance"}}',
    });
    await expect(runActivity(host, "describeInput", { Key: 1 })).resolves.toEqual({
      type: "Completed",
      result: '{"type":"object","metadata":{"instanceId":"instance","data":{"key":1}}}',
    });
  });

  it.each([
    ["fail", "boom", "Activity function 'fail' failed: boom"],
    ["throwText", undefined, "Activity function 'throwText' failed: just text"],
    [
      "returnBigInt",
      undefined,
      expect.stringMatching(/'returnBigInt' failed: its result cannot be stored as JSON: .*BigInt/),
    ],
    ["returnCycle", undefined, expect.stringMatching(/its result cannot be stored as JSON: .*circular/)],
  ])("report the failure of %s as data", async (name, input, reason) => {
    const { host } = await start();
    await expect(runActivity(host, name, input)).resolves.toEqual({
      type: "Failed",
      reason,
      details: expect.any(String),
    });
  });

  it("carry a megabyte both ways", async () => {
    const { host } = await start();
    const text = "äx".repeat(500_000);
    await expect(runActivity(host, "echo", text)).resolves.toEqual({ type: "Completed", result: JSON.stringify(text) });
  });

  it("run an entity batch", async () => {
    const { host } = await start();
    const operation = (name: string, input: string | null = null) => ({ name, input, isSignal: false });
    const batch = {
      entity: { name: "counter", key: "K" },
      exists: true,
      state: "37",
      operations: [operation("add", "5"), operation("get"), operation("forward"), operation("what")],
    };
    await expect(host.executor.executeEntity(batch, new AbortController().signal)).resolves.toEqual({
      results: [
        { isError: false, result: null },
        { isError: false, result: "42" },
        { isError: false, result: null },
        { isError: true, result: "{}" },
      ],
      signals: [{ target: { name: "Counter", key: "other" }, name: "add", input: "42" }],
      exists: true,
      state: "42",
    });
    const deleting = { ...batch, operations: [operation("delete")] };
    await expect(host.executor.executeEntity(deleting, new AbortController().signal)).resolves.toMatchObject({
      exists: false,
      state: null,
    });
  });

  it.each(["resident", "replay", "verify"] as const)("run an orchestrator to its end, %s", async (sessionMode) => {
    const { host } = await start({ sessionMode });
    const ids = { instanceId: "o1", executionId: "e1" };
    const history: HistoryEvent[] = [];
    const run = async (episode: number, messages: readonly HistoryEvent[]): Promise<EpisodeResult> => {
      const past = [...history];
      const newEvents: HistoryEvent[] = [{ type: "OrchestratorStarted", timestamp: episode }, ...messages];
      const resumeAfter = episode === 1 ? {} : { resumeAfter: episode - 1 };
      const about = { ...ids, name: "hello", version: "", input: null, episode, newEvents, ...resumeAfter };
      const result = await host.executor.executeOrchestration(
        { ...about, loadPastEvents: async () => past },
        new AbortController().signal,
      );
      history.push(...newEvents);
      for (const action of result.actions.filter(({ id }) => id >= episode - 1)) {
        if (action.type !== "ScheduleActivity") throw new Error(`Unexpected ${action.type}`);
        const { id, name } = action;
        history.push({ type: "TaskScheduled", eventId: id, name, input: null, timestamp: episode });
      }
      return result;
    };
    const started = { name: "hello", version: "", input: null, instance: ids, timestamp: 1 };
    const answer = (taskScheduledId: number, city: string): HistoryEvent => ({
      type: "TaskCompleted",
      taskScheduledId,
      result: JSON.stringify(city),
      timestamp: 2,
    });
    await run(1, [{ type: "ExecutionStarted", ...started }]);
    await run(2, [answer(0, "Tokyo")]);
    await expect(run(3, [answer(1, "Seattle")])).resolves.toMatchObject({
      completion: { type: "Completed", output: '["Tokyo","Seattle"]' },
    });
    host.executor.forget("o1");
  });

  it("run any function for a trigger of the caller's", async () => {
    const { host } = await start();
    const triggerData = { json: '{"IsPastDue":true}' };
    await expect(
      host.invoke("Ticker", { triggerData, retryContext: { retryCount: 1, maxRetryCount: 2 } }),
    ).resolves.toEqual({ returnValue: { json: '{"isPastDue":true,"retryCount":1}' } });
    await expect(host.invoke("nobody", { triggerData })).rejects.toMatchObject({ code: "UNKNOWN_FUNCTION" });
  });

  it("leave out a function with a binding that is not supported, and say which", async () => {
    const { host, log } = await start();
    expect(host.executor.knows("activity", "withOutput")).toBe(false);
    await expect(log.waitFor('The function "withOutput" is not run')).resolves.toMatchObject({
      level: "error",
      message: expect.stringContaining('output bindings of type "signalR"'),
    });
  });

  it("have their console output and log calls captured [FH21, FH27]", async () => {
    const { host, log } = await start();
    await expect(runActivity(host, "print", "hello ä")).resolves.toMatchObject({ result: "7" });
    await expect(log.waitFor("error: hello ä")).resolves.toMatchObject({
      level: "error",
      category: "Host.Function.Console",
    });
    const own = log.records.filter(({ message }) => message === "hello ä");
    await log.waitFor("hello ä");
    expect(own.map(({ level, category }) => [level, category])).toContainEqual(["warn", "Function.print.User"]);
  });

  it.each(["exit", "crash"])("fail only the calls in flight on %s and are replaced [FH79]", async (name) => {
    const { host } = await start();
    const [before] = host.workerPids();
    const inFlight = runActivity(host, "hang");
    const failures = Promise.all([
      expect(runActivity(host, name)).rejects.toMatchObject({ code: "WORKER_LOST" }),
      expect(inFlight).rejects.toMatchObject({ code: "WORKER_LOST", message: expect.stringContaining("'hang'") }),
    ]);
    await failures;
    await expect(runActivity(host, "echo", 1)).resolves.toMatchObject({ result: "1" });
    expect(host.workerPids()).not.toContain(before);
  });

  it("are replaced after a kill", async () => {
    const { host } = await start();
    const [pid = 0] = host.workerPids();
    const inFlight = expect(runActivity(host, "hang")).rejects.toMatchObject({
      code: "WORKER_LOST",
      message: expect.stringContaining("signal SIGKILL"),
    });
    process.kill(pid, "SIGKILL");
    await inFlight;
    await expect(runActivity(host, "echo", 1)).resolves.toMatchObject({ result: "1" });
  });

  it("log what crashed them", async () => {
    const { host, log } = await start();
    await expect(runActivity(host, "crash")).rejects.toThrow("nobody catches this");
    await expect(log.waitFor("An uncaught error ends the app worker")).resolves.toMatchObject({
      level: "error",
      message: expect.stringContaining("functions.js"),
    });
  });

  it("wait longer and longer between restarts", async () => {
    const clock = new ManualClock();
    const { host, log } = await start({ clock });
    await expect(runActivity(host, "exit")).rejects.toMatchObject({ code: "WORKER_LOST" });
    await expect(runActivity(host, "exit")).rejects.toMatchObject({ code: "WORKER_LOST" });
    await log.waitFor("a new one starts in 100 ms");
    const next = expect(runActivity(host, "exit")).rejects.toMatchObject({ code: "WORKER_LOST" });
    clock.advance(100);
    await next;
    await log.waitFor("a new one starts in 200 ms");
  });

  it.each(["hang", "loop"])(
    "are replaced when %s exceeds functionTimeout, which fails the activity [FH73]",
    async (name) => {
      const clock = new ManualClock();
      const { host } = await start({ clock, hostJson: { functionTimeoutMs: 90_000 } });
      const [pid = 0] = host.workerPids();
      const timedOut = runActivity(host, name);
      clock.advance(90_000);
      await expect(timedOut).resolves.toMatchObject({
        type: "Failed",
        reason: `Activity function '${name}' failed: Timeout value of 00:01:30 was exceeded by function 'Functions.${name}' (functionTimeout in host.json).`,
      });
      await waitForEnd(pid);
      await expect(runActivity(host, "echo", 1)).resolves.toMatchObject({ result: "1" });
    },
  );

  it("share the work when there are several", async () => {
    const { host } = await start({ workerCount: 3 });
    const hanging = ["hang", "hang"].map((name) => runActivity(host, name).catch(() => undefined));
    const pids = new Set([await runActivity(host, "pid")].map((result) => JSON.stringify(result)));
    expect(host.workerPids()).toHaveLength(3);
    expect(pids.size).toBe(1);
    for (const pid of host.workerPids()) process.kill(pid, "SIGKILL");
    await Promise.all(hanging);
  });

  it.each([0, 11, 1.5])("refuse a count of %s", (workerCount) => {
    expect(() => hosts.create({ appRoot: fixtureApp("durable"), workerCount })).toThrow(
      expect.objectContaining({ code: "CONFIG_INVALID" }),
    );
  });

  it("let a call in flight end at stop, and take none after", async () => {
    const { host } = await start();
    const running = runActivity(host, "echo", "last");
    await Promise.resolve();
    const stopping = host.stop();
    await expect(running).resolves.toMatchObject({ result: '"last"' });
    await stopping;
    await expect(runActivity(host, "echo", 1)).rejects.toMatchObject({ code: "WORKER_LOST" });
  });

  it("are killed when a call does not end within the grace time", async () => {
    const clock = new ManualClock();
    const { host } = await start({ clock, stopGraceMs: 3000 });
    const [pid = 0] = host.workerPids();
    const hanging = expect(runActivity(host, "loop")).rejects.toMatchObject({ code: "WORKER_LOST" });
    await Promise.resolve();
    const stopping = host.stop();
    clock.advance(3000);
    await stopping;
    await hanging;
    expect(isRunning(pid)).toBe(false);
  });

  it("tell a listener of each run, and why it failed", async () => {
    const events: object[] = [];
    const { host } = await start({ onInvocation: (event: object) => void events.push(event) });
    await runActivity(host, "echo", 1);
    await runActivity(host, "fail", "no");
    expect(events).toEqual([
      expect.objectContaining({ type: "invocationStarted", functionName: "echo", reason: "" }),
      expect.objectContaining({
        type: "invocationFinished",
        functionName: "echo",
        succeeded: true,
        durationMs: expect.any(Number),
      }),
      expect.objectContaining({ type: "invocationStarted", functionName: "fail" }),
      expect.objectContaining({
        type: "invocationFinished",
        succeeded: false,
        error: "Activity function 'fail' failed: no",
      }),
    ]);
  });
});
