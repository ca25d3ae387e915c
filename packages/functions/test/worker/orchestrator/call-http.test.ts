import type { EpisodeResult, OrchestratorAction } from "@durable-host/engine";
import { TestOrchestration, type TestContext } from "./run-orchestration";

function* callsApi(context: TestContext): Generator<unknown, unknown, never> {
  const answer: { statusCode: number } = yield context.df.callHttp({
    method: "POST",
    url: "https://api.test/work?x=1",
    body: { a: 1 },
    headers: { Authorization: "Bearer secret", "x-functions-key": "key", "x-tag": "t" },
  });
  return answer.statusCode;
}

function accepted(headers: Record<string, string>): object {
  return { statusCode: 202, headers, content: "" };
}

function inputs(result: EpisodeResult): unknown[] {
  return result.actions.flatMap((action) =>
    action.type === "ScheduleActivity" && action.input ? [JSON.parse(action.input)] : [],
  );
}

function ids(actions: readonly OrchestratorAction[]): string[] {
  return actions.map(({ type, id }) => `${type} ${id}`);
}

describe.each(["resident", "replay", "verify"] as const)("an orchestrator that calls HTTP, %s", (mode) => {
  it("asks for one activity and takes its answer as the result [DF60]", async () => {
    const run = new TestOrchestration(callsApi, { mode });

    const first = await run.start();
    expect(first.actions).toMatchObject([{ type: "ScheduleActivity", id: 0, name: "BuiltIn::HttpActivity" }]);
    expect(inputs(first)).toEqual([
      {
        method: "POST",
        uri: "https://api.test/work?x=1",
        content: '{"a":1}',
        headers: { Authorization: "Bearer secret", "x-functions-key": "key", "x-tag": "t" },
        asynchronousPatternEnabled: true,
      },
    ]);
    const last = await run.deliver(run.completed(0, { statusCode: 200, headers: {}, content: "ok" }));
    expect(last.completion).toEqual({ type: "Completed", output: "200" });
  });

  it("waits as Retry-After says and then gets the Location, without the key of the function [DF62]", async () => {
    const run = new TestOrchestration(callsApi, { mode });
    await run.start();

    run.time = 500;
    const waiting = await run.deliver(run.completed(0, accepted({ location: "/status/1", "Retry-After": "7" })));
    expect(waiting.actions.at(-1)).toEqual({ type: "CreateTimer", id: 1, fireAt: run.now + 7_000 });
    run.time = 7_500;
    const polling = await run.deliver(run.fired(1));
    expect(polling.actions.at(-1)).toMatchObject({ type: "ScheduleActivity", id: 2, name: "BuiltIn::HttpActivity" });
    expect(inputs(polling).at(-1)).toEqual({
      method: "GET",
      uri: "https://api.test/status/1",
      headers: { Authorization: "Bearer secret", "x-tag": "t" },
      asynchronousPatternEnabled: true,
    });
    const last = await run.deliver(run.completed(2, { statusCode: 200, headers: {}, content: "" }));
    expect(last.completion).toEqual({ type: "Completed", output: "200" });
  });

  it("resolves each Location against the address it was given by, and judges each origin against the first", async () => {
    const run = new TestOrchestration(callsApi, { mode });
    await run.start();

    await run.deliver(run.completed(0, accepted({ Location: "https://other.test/jobs/1" })));
    const away = await run.deliver(run.fired(1));
    await run.deliver(run.completed(2, accepted({ Location: "2" })));
    const stillAway = await run.deliver(run.fired(3));
    await run.deliver(run.completed(4, accepted({ Location: "https://api.test/done" })));
    const back = await run.deliver(run.fired(5));

    const last = [away, stillAway, back].map((result) => inputs(result).at(-1));
    expect(last).toMatchObject([
      { uri: "https://other.test/jobs/1", headers: { "x-tag": "t" } },
      { uri: "https://other.test/jobs/2", headers: { "x-tag": "t" } },
      { uri: "https://api.test/done", headers: { "x-tag": "t", Authorization: "Bearer secret" } },
    ]);
    expect(JSON.stringify(last.slice(0, 2))).not.toContain("secret");
  });

  it("keeps the poll's id for it while other branches go on", async () => {
    const run = new TestOrchestration(
      function* (context) {
        const slow = context.df.callHttp({ method: "GET", url: "https://api.test/" });
        const first = context.df.callActivity("first");
        yield context.df.Task.any([slow, first]);
        const second = context.df.callActivity("second");
        const [answer, value]: [{ content: string }, string] = yield context.df.Task.all([slow, second]);
        yield context.df.callActivity("third");
        return answer.content + value;
      },
      { mode },
    );

    await run.start();
    const waiting = await run.deliver(run.completed(0, accepted({ Location: "/s", "Retry-After": "1" })));
    const branch = await run.deliver(run.completed(1, "1"));
    const polling = await run.deliver(run.fired(2));
    await run.deliver(run.completed(4, "2"));
    const third = await run.deliver(run.completed(3, { statusCode: 200, headers: {}, content: "done" }));
    const last = await run.deliver(run.completed(5, null));

    expect(ids(waiting.actions).at(-1)).toBe("CreateTimer 2");
    expect(ids(branch.actions).at(-1)).toBe("ScheduleActivity 4");
    expect(ids(polling.actions)).toContain("ScheduleActivity 3");
    expect(ids(polling.actions)).toEqual([...ids(polling.actions)].sort((a, b) => Number(a.at(-1)) - Number(b.at(-1))));
    expect(ids(third.actions).at(-1)).toBe("ScheduleActivity 5");
    expect(last.completion).toEqual({ type: "Completed", output: '"done2"' });
  });

  it.each([
    ["none", {}],
    ["an empty one", { Location: "" }],
    ["one that is no URL", { Location: "http://" }],
    ["one of another protocol", { Location: "ftp://api.test/file", "x-more": "1" }],
  ])("takes a 202 for final when its Location is %s, and numbers on [DF63]", async (_, headers) => {
    const run = new TestOrchestration(
      function* (context) {
        const answer: { statusCode: number } = yield context.df.callHttp({ method: "GET", url: "https://api.test/" });
        const value: string = yield context.df.callActivity("later");
        return [answer.statusCode, value];
      },
      { mode },
    );
    await run.start();

    const later = await run.deliver(run.completed(0, accepted(headers)));
    expect(later.actions.at(-1)).toMatchObject({ type: "ScheduleActivity", id: 1, name: "later" });
    const last = await run.deliver(run.completed(1, "v"));
    expect(last.completion).toEqual({ type: "Completed", output: '[202,"v"]' });
  });

  it("gives a 202 to code that wants no polling [DF62]", async () => {
    const run = new TestOrchestration(
      function* (context) {
        const request = { method: "GET", url: "https://api.test/", enablePolling: false };
        const answer: { statusCode: number } = yield context.df.callHttp(request);
        yield context.df.callActivity("later");
        return answer.statusCode;
      },
      { mode },
    );
    await run.start();

    const later = await run.deliver(run.completed(0, accepted({ Location: "/s" })));
    expect(later.actions.at(-1)).toMatchObject({ id: 1, name: "later" });
    expect((await run.deliver(run.completed(1, null))).completion).toEqual({ type: "Completed", output: "202" });
  });

  it("throws the failure of a request, also of a poll, and numbers on [DF61]", async () => {
    const run = new TestOrchestration(
      function* (context) {
        try {
          yield context.df.callHttp({ method: "GET", url: "https://api.test/" });
        } catch (error) {
          yield context.df.callActivity("report", (error as Error).message);
        }
        return "reported";
      },
      { mode },
    );
    await run.start();
    await run.deliver(run.completed(0, accepted({ Location: "/s" })));
    await run.deliver(run.fired(1));

    const report = await run.deliver(run.failed(2, "connect ECONNREFUSED 127.0.0.1:1"));
    expect(report.actions.at(-1)).toMatchObject({ id: 3, name: "report" });
    expect(inputs(report).at(-1)).toContain("connect ECONNREFUSED 127.0.0.1:1");
    expect((await run.deliver(run.completed(3, null))).completion).toEqual({ type: "Completed", output: '"reported"' });
  });

  it("polls with what the code asked for, whatever it does to its request afterwards", async () => {
    const run = new TestOrchestration(
      function* (context) {
        const headers: Record<string, string> = { "x-tag": "first" };
        const call = context.df.callHttp({ method: "GET", url: "https://api.test/", headers });
        yield context.df.Task.any([call, context.df.callActivity("other")]);
        headers["x-tag"] = "changed";
        yield call;
        return null;
      },
      { mode },
    );
    await run.start();
    await run.deliver(run.completed(1, null));
    await run.deliver(run.completed(0, accepted({ Location: "/s" })));

    const polling = await run.deliver(run.fired(2));
    expect(inputs(polling).at(-1)).toMatchObject({ headers: { "x-tag": "first" } });
  });
});

describe("an orchestrator whose session is lost while a poll waits", () => {
  it("asks for the poll under its reserved id in a full replay", async () => {
    const run = new TestOrchestration(callsApi);
    await run.start();
    await run.deliver(run.completed(0, accepted({ Location: "/s" })));
    run.loseSession();

    const polling = await run.deliver(run.fired(1));
    expect(polling.replayed).toBe(true);
    expect(ids(polling.actions)).toEqual(["ScheduleActivity 0", "CreateTimer 1", "ScheduleActivity 2"]);
  });
});

describe("the delay between polls", () => {
  it("is the host's when the answer names none", async () => {
    const run = new TestOrchestration(callsApi, { httpPollMs: 1_234 });
    await run.start();

    const waiting = await run.deliver(run.completed(0, accepted({ Location: "/s" })));
    expect(waiting.actions).toEqual([{ type: "CreateTimer", id: 1, fireAt: run.now + 1_234 }]);
  });
});
