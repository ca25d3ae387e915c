import type { ActivityTask, Episode, HistoryEvent } from "@durable-host/engine";
import type * as Sdk from "durable-functions";
import { AppRegistrations, createInProcessExecutor, type InProcessExecutorOptions, type LogEntry } from "../../src";

const app = new AppRegistrations();
jest.mock("@azure/functions-core", () => app.core, { virtual: true });
// Required, not imported: imports are hoisted above the mock, which needs the registrations.
const df = require("durable-functions") as typeof Sdk;

const T0 = Date.UTC(2030, 0, 1);
const signal = new AbortController().signal;

df.app.activity("greet", { handler: (name: string) => `Hello ${name}` });
df.app.activity("fails", {
  handler: (_input, context) => {
    context.warn("about to fail");
    throw new Error("no luck");
  },
});
df.app.orchestration("lucky", function* ({ df: context }) {
  return yield context.callActivity("greet", Math.random());
});
df.app.orchestration("steady", function* (context) {
  context.log("steady runs");
  return yield context.df.callActivity("greet", "Ada");
});
df.app.entity<number>("counter", ({ df: context }) => {
  context.setState((context.getState(() => 0) ?? 0) + (context.getInput<number>() ?? 0));
});

const executor = (options: Partial<InProcessExecutorOptions> = {}) => createInProcessExecutor({ app, ...options });

function anActivity(name: string, input: unknown = "Ada"): ActivityTask {
  return { instanceId: "i1", executionId: "e1", taskId: 0, name, input: JSON.stringify(input) };
}

function aFirstEpisode(name: string): Episode {
  const instance = { instanceId: "i1", executionId: "e1" };
  const newEvents: HistoryEvent[] = [
    { type: "OrchestratorStarted", timestamp: T0 },
    { type: "ExecutionStarted", timestamp: T0, name, version: "", input: null, instance },
  ];
  return { ...instance, name, version: "", input: null, episode: 1, newEvents, loadPastEvents: async () => [] };
}

describe("an executor in this process", () => {
  it("knows what the app has registered by the time it is made", () => {
    const before = executor();
    df.app.activity("late", { handler: () => "late" });

    expect(before.knows("activity", "late")).toBe(false);
    expect(executor().names("activity")).toContain("late");
    expect(executor().knows("orchestration", "STEADY")).toBe(true);
    expect(executor().knows("entity", "greet")).toBe(false);
  });

  it("leaves out what is on durable-functions 4, and says so", () => {
    const binding = { type: "orchestrationTrigger", direction: "in", durableRequiresGrpc: true } as const;
    const registered = new AppRegistrations();
    registered.core.registerFunction({ name: "modern", bindings: { payload: binding } }, () => "");
    const { functions } = createInProcessExecutor({ app: registered });

    expect(functions.knows("orchestration", "modern")).toBe(false);
    expect(functions.rejected).toEqual([{ name: "modern", reason: expect.stringContaining("durable-functions 4") }]);
  });

  it("runs activities, and hands failures on as data", async () => {
    await expect(executor().executeActivity(anActivity("greet"), signal)).resolves.toEqual({
      type: "Completed",
      result: '"Hello Ada"',
    });
    await expect(executor().executeActivity(anActivity("fails"), signal)).resolves.toMatchObject({
      type: "Failed",
      reason: "Activity function 'fails' failed: no luck",
    });
  });

  it("replaces activities by name, ignoring case, and adds those the app does not have", async () => {
    const replaced = executor({ activities: { GREET: (name) => `Bye ${String(name)}`, extra: () => 7 } });

    await expect(replaced.executeActivity(anActivity("greet"), signal)).resolves.toMatchObject({ result: '"Bye Ada"' });
    await expect(replaced.executeActivity(anActivity("extra"), signal)).resolves.toMatchObject({ result: "7" });
    await expect(executor().executeActivity(anActivity("greet"), signal)).resolves.toMatchObject({
      result: '"Hello Ada"',
    });
  });

  it("runs entities", async () => {
    const batch = {
      entity: { name: "counter", key: "a" },
      exists: true,
      state: "3",
      operations: [{ name: "add", input: "4", isSignal: false }],
    };

    await expect(executor().executeEntity(batch, signal)).resolves.toMatchObject({ state: "7", exists: true });
  });

  it("finds in the very first episode that an orchestrator is not deterministic when it verifies", async () => {
    const episode = aFirstEpisode("lucky");

    await expect(executor({ mode: "verify" }).executeOrchestration(episode, signal)).rejects.toThrow(
      "A replay of orchestrator 'lucky' (instance 'i1') differs from its first run: actions:",
    );
    await expect(executor().executeOrchestration(episode, signal)).resolves.toMatchObject({ actions: [{ id: 0 }] });
  });

  it("hears what the app logs, once also when it verifies", async () => {
    const entries: LogEntry[] = [];
    const heard = executor({ mode: "verify", onLog: (entry) => entries.push(entry) });
    await heard.executeOrchestration(aFirstEpisode("steady"), signal);
    await heard.executeActivity(anActivity("fails"), signal);

    expect(entries.map(({ level, category, message }) => [level, category, message])).toEqual([
      ["information", "Function.steady.User", "steady runs"],
      ["warning", "Function.fails.User", "about to fail"],
    ]);
  });

  it("runs the app's hooks", async () => {
    const calls: string[] = [];
    const hook = app.core.registerHook("preInvocation", (context) => {
      calls.push((context as { invocationContext: { functionName: string } }).invocationContext.functionName);
    });
    await executor().executeActivity(anActivity("greet"), signal);
    hook.dispose();
    await executor().executeActivity(anActivity("greet"), signal);

    expect(calls).toEqual(["greet"]);
  });
});
