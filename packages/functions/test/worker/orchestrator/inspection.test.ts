import { EntityId, RetryOptions } from "durable-functions";
import { TestOrchestration, type TestContext } from "./run-orchestration";

// What `df.app.activity` returns makes these; registering itself needs a host.
const { RegisteredActivityTask } = require("durable-functions/lib/src/task/RegisteredActivityTask") as {
  readonly RegisteredActivityTask: new (name: string, input: unknown) => object;
};

type Code = (context: TestContext) => Generator<unknown, unknown, never>;

/** Starts an orchestrator and inspects it. */
async function inspected(code: Code, deliver: (orchestration: TestOrchestration) => Promise<unknown> = async () => {}) {
  const orchestration = new TestOrchestration(code);
  await orchestration.start();
  await deliver(orchestration);
  return { orchestration, inspection: await orchestration.inspect() };
}

const POSITION = expect.stringMatching(
  /^packages\/functions\/test\/worker\/orchestrator\/inspection\.test\.ts:\d+:\d+$/,
);

describe("an inspection of an orchestration", () => {
  it("names an HTTP call by origin and path: user and query may be secrets", async () => {
    const { inspection } = await inspected(function* ({ df }) {
      yield df.callHttp({ method: "GET", url: "https://me:secret@shop.test:8443/api/a%20b?code=secret#secret" });
    });
    expect(inspection.tasks).toMatchObject([{ kind: "Http", name: "GET https://shop.test:8443/api/a%20b" }]);
  });

  it("lists the calls with their ids, and what is awaited", async () => {
    const { inspection } = await inspected(
      function* ({ df }) {
        yield df.callActivity("work", 1);
        const timer = df.createTimer(new Date(Date.UTC(2031, 0, 1)));
        yield df.Task.any([
          timer,
          df.waitForExternalEvent("go"),
          df.Task.all([df.callSubOrchestrator("child"), df.callActivity("more")]),
        ]);
      },
      (orchestration) => orchestration.deliver(orchestration.completed(0, 1)),
    );
    expect(inspection).toEqual({
      tasks: [
        { kind: "Activity", name: "work", ids: [0], position: POSITION, awaited: false },
        { kind: "Timer", name: "", fireAt: Date.UTC(2031, 0, 1), ids: [1], position: POSITION, awaited: true },
        { kind: "ExternalEvent", name: "go", ids: [], position: POSITION, awaited: true },
        { kind: "SubOrchestration", name: "child", ids: [2], position: POSITION, awaited: true },
        { kind: "Activity", name: "more", ids: [3], position: POSITION, awaited: true },
      ],
    });
  });

  it("knows entities: calls, signals, locks and their release", async () => {
    const { inspection } = await inspected(function* ({ df }) {
      df.signalEntity(new EntityId("Counter", "a"), "add", 1);
      yield df.lock(new EntityId("Counter", "a"), new EntityId("counter", "B"));
    });
    expect(inspection.tasks).toEqual([
      { kind: "EntitySignal", name: "@counter@a", operation: "add", ids: [0], position: POSITION, awaited: false },
      { kind: "Lock", name: expect.stringContaining("@counter@a"), ids: [1], position: POSITION, awaited: true },
    ]);
    const { inspection: call } = await inspected(function* ({ df }) {
      yield df.callEntity(new EntityId("counter", "a"), "get");
    });
    expect(call.tasks).toEqual([
      { kind: "EntityCall", name: "@counter@a", operation: "get", ids: [0], position: POSITION, awaited: true },
    ]);
  });

  it("counts further attempts and the timers between them to the call", async () => {
    const { inspection } = await inspected(
      function* ({ df }) {
        yield df.callActivityWithRetry("flaky", new RetryOptions(1000, 3));
      },
      async (orchestration) => {
        await orchestration.deliver(orchestration.failed(0, "no"));
        await orchestration.deliver(orchestration.fired(1));
      },
    );
    expect(inspection.tasks).toEqual([
      { kind: "Activity", name: "flaky", ids: [0, 1, 2], position: POSITION, awaited: true },
    ]);
  });

  it("finds the calls of helper functions and of registered activities where the app makes them", async () => {
    const greet = (input: unknown) => new RegisteredActivityTask("greet", input);
    const helper = ({ df }: TestContext) => df.callActivity("helped");
    const { inspection } = await inspected(function* (context) {
      yield context.df.Task.all([helper(context), greet("you")]);
    });
    expect(inspection.tasks.map(({ name, position }) => [name, position])).toEqual([
      ["helped", POSITION],
      ["greet", POSITION],
    ]);
    expect(new Set(inspection.tasks.map(({ position }) => position)).size).toBe(2);
  });

  it("says how the code has ended", async () => {
    const { inspection } = await inspected(
      function* ({ df }) {
        yield df.callActivity("work");
        return "done";
      },
      (orchestration) => orchestration.deliver(orchestration.completed(0, 1)),
    );
    expect(inspection.completion).toEqual({ type: "Completed", output: '"done"' });
    expect(inspection.tasks).toMatchObject([{ awaited: false }]);
  });

  it("leaves the resident session and the SDK as they are", async () => {
    let runs = 0;
    const { orchestration } = await inspected(function* ({ df }) {
      runs++;
      yield df.callActivity("work");
      yield df.callActivity("more");
    });
    expect(runs).toBe(2);
    const { actions, replayed } = await orchestration.deliver(orchestration.completed(0, 1));
    expect({ runs, replayed }).toEqual({ runs: 2, replayed: false });
    expect(actions).toMatchObject([{ id: 1, name: "more" }]);
    const { DFTask } = require("durable-functions/lib/src/task") as { DFTask: { prototype: object } };
    const base = Object.getPrototypeOf(DFTask.prototype) as object;
    expect(Object.hasOwn(base, "action")).toBe(false);
  });

  it("finds positions whatever the app has done to stacks, and leaves that as it is", async () => {
    const { prepareStackTrace, stackTraceLimit } = Error;
    try {
      Error.stackTraceLimit = 0;
      Error.prepareStackTrace = () => "nothing";
      const { inspection } = await inspected(function* ({ df }) {
        yield df.callActivity("work");
      });
      expect(inspection.tasks).toMatchObject([{ name: "work", position: POSITION }]);
      expect(new Error("app's own").stack).toBe("nothing");
      expect(Error.stackTraceLimit).toBe(0);
    } finally {
      Object.assign(Error, { prepareStackTrace, stackTraceLimit });
    }
  });
});
