import {
  type ActivityOutcome,
  type ActivityWorkItem,
  type Executor,
  type OrchestrationCommit,
  type OrchestrationWorkItem,
  type StorageProvider,
} from "@durable-host/engine";
import { ManualClock, silentLogger } from "@durable-host/testkit";
import { beginEpisode } from "../../src/decide/begin-episode";
import { foldHistory } from "../../src/decide/runtime-state";
import { ActivityProcessor } from "../../src/dispatch/activity-processor";
import { EntityProcessor } from "../../src/dispatch/entity-processor";
import { EpisodeExecution } from "../../src/dispatch/episode-execution";
import { RunningActivities } from "../../src/dispatch/running-activities";
import { aStart, anInstance, messages, raised, T0 } from "../decide/events";

const lock = { token: "1", expiresAt: Number.MAX_SAFE_INTEGER };
const signal = new AbortController().signal;

/** The executor of an app that has functions of each kind, but not those asked for; it is handed nothing. */
const executor = {
  knows: () => false,
  names: (kind) => [`${kind}A`, `${kind}B`],
} as Partial<Executor> as Executor;

describe("a function the app does not have", () => {
  it("fails its orchestration with its name and the names of those there are", async () => {
    const provider = {} as StorageProvider;
    const limits = { maxActions: 100, defaultVersion: "", storeInputs: false };
    const execution = new EpisodeExecution({ provider, executor, logger: silentLogger, limits });
    const started = aStart({ name: "nope" });
    const item: OrchestrationWorkItem = {
      kind: "orchestration",
      lock,
      instance: anInstance(),
      messages: messages(started),
      historyLength: 0,
    };
    const begun = beginEpisode(foldHistory([]), "e1", item.messages, T0);
    expect(await execution.run({ item, begun, started, episode: 1 }, signal)).toMatchObject({
      type: "result",
      result: {
        completion: {
          type: "Failed",
          immediate: true,
          output:
            "Orchestrator function 'nope' failed: The function 'nope' doesn't exist, is disabled, or is not an orchestrator " +
            "function. Additional info: The following are the known orchestrator functions: 'orchestrationA', 'orchestrationB'.",
        },
      },
    });
  });

  it("fails its task, so that the orchestration hears of it", async () => {
    const outcomes: ActivityOutcome[] = [];
    const provider = {
      commitActivity: async (_item: ActivityWorkItem, outcome: ActivityOutcome) => void outcomes.push(outcome),
    } as Partial<StorageProvider> as StorageProvider;
    const processor = new ActivityProcessor({
      provider,
      executor,
      clock: new ManualClock(),
      activities: new RunningActivities(),
      handOver: async () => false,
    });
    const task = { instanceId: "i1", executionId: "e1", taskId: 1, name: "nope", input: null };
    await processor.process({ kind: "activity", lock, task, previousDeliveries: 0 }, signal, () => undefined);
    expect(outcomes).toEqual([
      expect.objectContaining({
        type: "TaskFailed",
        reason: "Activity function 'nope' failed: Activity function 'nope' does not exist.",
        details: expect.stringContaining("the known activity functions: 'activityA', 'activityB'."),
      }),
    ]);
  });

  it("answers every call of its operations with an error", async () => {
    const commits: OrchestrationCommit[] = [];
    const provider = {
      commitOrchestration: async (_item: OrchestrationWorkItem, commit: OrchestrationCommit) =>
        void commits.push(commit),
    } as Partial<StorageProvider> as StorageProvider;
    const ids = { newId: () => "id", newGuid: () => "guid" };
    const processor = new EntityProcessor({ provider, executor, clock: new ManualClock(), ids, maxOperations: 10 });
    const call = (id: string) => raised("op", JSON.stringify({ op: "get", id, parent: "caller" }));
    const item: OrchestrationWorkItem = {
      kind: "entity",
      lock,
      instance: anInstance({ instanceId: "@nope@key" }),
      messages: messages(call("1"), call("2")),
      historyLength: 0,
    };
    await processor.process(item, signal, () => undefined);
    const answers = commits[0]?.messages.map(({ event }) => JSON.stringify(event));
    expect(answers).toHaveLength(2);
    for (const answer of answers ?? []) expect(answer).toContain("is not an entity function");
  });
});
