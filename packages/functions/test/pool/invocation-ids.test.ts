import type { Episode } from "@durable-host/engine";
import { useAppHosts } from "../fixtures/app-hosts";
import type { InvocationStarted } from "../../src/pool/invocation-events";

const APP = `
  const df = require("durable-functions");
  df.app.orchestration("names", function* (context) {
    context.log("first run " + context.invocationId);
    yield context.df.callActivity("a");
    context.log("second run " + context.invocationId);
  });`;

describe("the runs of an orchestrator", () => {
  const hosts = useAppHosts();

  it("have the same id for the listener, in the context and in log entries, also when continued [FH20]", async () => {
    const ids: string[] = [];
    const onInvocation = (event: { readonly type: string }): void => {
      if (event.type === "invocationStarted") ids.push((event as InvocationStarted).invocationId);
    };
    const appRoot = await hosts.writeApp({ "package.json": '{"main":"app.js"}', "app.js": APP });
    const { host, log } = await hosts.start({ appRoot, onInvocation });
    const instance = { instanceId: "i", executionId: "e" };
    const base = { ...instance, name: "names", version: "", input: null, loadPastEvents: async () => [] };
    const started = {
      type: "ExecutionStarted",
      timestamp: 1,
      name: "names",
      version: "",
      input: null,
      instance,
    } as const;
    const episodes: readonly Episode[] = [
      { ...base, episode: 1, newEvents: [{ type: "OrchestratorStarted", timestamp: 1 }, started] },
      {
        ...base,
        episode: 2,
        resumeAfter: 1,
        newEvents: [
          { type: "OrchestratorStarted", timestamp: 2 },
          { type: "TaskCompleted", timestamp: 2, taskScheduledId: 0, result: null },
        ],
      },
    ];
    for (const episode of episodes) {
      await host.executor.executeOrchestration(episode, new AbortController().signal);
    }
    expect(new Set(ids).size).toBe(2);
    for (const [index, run] of ["first", "second"].entries()) {
      const entry = await log.waitFor(`${run} run`);
      expect(entry.message).toBe(`${run} run ${ids[index]}`);
      expect(entry.fields).toMatchObject({ functionName: "names", invocationId: ids[index] });
    }
  });
});
