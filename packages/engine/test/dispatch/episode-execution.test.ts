import type {
  EpisodeLimits,
  EpisodeResult,
  Executor,
  OrchestrationWorkItem,
  StorageProvider,
} from "@durable-host/engine";
import { silentLogger } from "@durable-host/testkit";
import { beginEpisode } from "../../src/decide/begin-episode";
import { foldHistory } from "../../src/decide/runtime-state";
import { EpisodeExecution, type ReadyEpisode } from "../../src/dispatch/episode-execution";
import { NotForThisWorker } from "../../src/dispatch/not-for-this-worker";
import { aResult, aStart, anInstance, begun, done, messages, raised, scheduled, T0 } from "../decide/events";

const HISTORY = [begun(), aStart({ version: "2.0" }), scheduled(0, "charge"), done()];

function ready(): ReadyEpisode {
  const item: OrchestrationWorkItem = {
    kind: "orchestration",
    lock: { token: "1", expiresAt: Number.MAX_SAFE_INTEGER },
    instance: anInstance({ version: "2.0" }),
    messages: messages(raised("go")),
    historyLength: HISTORY.length,
  };
  const state = foldHistory(HISTORY);
  return { item, begun: beginEpisode(state, "e1", item.messages, T0), started: aStart({ version: "2.0" }), episode: 1 };
}

/** An execution whose code has been changed, and an executor that inspects it in this way. */
function anExecution(limits: Partial<EpisodeLimits>, inspectOrchestration?: Executor["inspectOrchestration"]) {
  const warnings: string[] = [];
  const executor: Executor = {
    async executeOrchestration({ loadPastEvents }): Promise<EpisodeResult> {
      await loadPastEvents();
      return aResult({ actions: [{ type: "CreateTimer", id: 0, fireAt: T0 }], replayed: true });
    },
    ...(inspectOrchestration ? { inspectOrchestration } : {}),
    executeActivity: () => Promise.reject(new Error("not asked for")),
    executeEntity: () => Promise.reject(new Error("not asked for")),
    forget: () => undefined,
    knows: () => true,
    names: () => [],
  };
  const execution = new EpisodeExecution({
    provider: { readHistory: async () => HISTORY } as unknown as StorageProvider,
    executor,
    logger: { ...silentLogger, warn: (message) => void warnings.push(message) },
    limits: { maxActions: 100, defaultVersion: "1.0", storeInputs: false, ...limits },
  });
  return { execution, warnings };
}

const signal = new AbortController().signal;

describe("executing an episode", () => {
  it("adds to a disagreement with history where the code asks for something else", async () => {
    const task = { kind: "Timer", name: "", ids: [0], position: "src/order.ts:3:4", awaited: true } as const;
    const { execution } = anExecution({}, async () => ({ tasks: [task] }));
    expect(await execution.run(ready(), signal)).toMatchObject({
      type: "result",
      result: {
        actions: [],
        completion: { type: "Failed", immediate: true, output: expect.stringContaining("(src/order.ts:3:4)") },
      },
    });
  });

  it.each<[string, Executor["inspectOrchestration"]]>([
    ["cannot look into the code", undefined],
    ["fails to", () => Promise.reject(new Error("crashed"))],
  ])("tells of a disagreement also when the executor %s", async (_how, inspect) => {
    const { execution } = anExecution({ onNonDeterminism: "Hold" }, inspect);
    expect(await execution.run(ready(), signal)).toEqual({
      type: "held",
      reason: expect.stringMatching(/'charge' with sequence ID 0.*it asked for a timer task at that position\. /),
    });
  });

  it("leaves the episode for later when the host stops during an inspection", async () => {
    const stopping = new AbortController();
    const { execution } = anExecution({}, () => {
      stopping.abort(new Error("stopping"));
      return Promise.reject(new Error("gone"));
    });
    await expect(execution.run(ready(), stopping.signal)).rejects.toThrow("stopping");
  });

  it("reports an instance of another version once, however often it comes back", async () => {
    const { execution, warnings } = anExecution({ versions: { match: "CurrentOrOlder", onMismatch: "Reject" } });
    for (let time = 0; time < 3; time++) {
      await expect(execution.run(ready(), signal)).rejects.toThrow(NotForThisWorker);
    }
    expect(warnings).toEqual([
      "Orchestration 'order' with instance id 'i1' is left waiting for another host. The version '2.0' of the orchestration does not match: with versionMatchStrategy CurrentOrOlder this host executes orchestrations of a version no newer than its defaultVersion, which is '1.0'.",
    ]);
  });
});
