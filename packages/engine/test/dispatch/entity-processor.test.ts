import {
  type EntityBatchResult,
  type Executor,
  type OrchestrationCommit,
  type OrchestrationWorkItem,
  type StorageProvider,
} from "@durable-host/engine";
import { ManualClock } from "@durable-host/testkit";
import { EntityProcessor } from "../../src/dispatch/entity-processor";
import { anInstance, messages, raised } from "../decide/events";

const nothing: EntityBatchResult = { results: [], signals: [], exists: true, state: "1" };

/** Has an entity do what two signals ask of it, with a function that answers with this. */
async function processed(answer: EntityBatchResult): Promise<readonly OrchestrationCommit[]> {
  const commits: OrchestrationCommit[] = [];
  const provider = {
    commitOrchestration: async (_item: OrchestrationWorkItem, commit: OrchestrationCommit) => void commits.push(commit),
  } as Partial<StorageProvider> as StorageProvider;
  const executor = { knows: () => true, executeEntity: async () => answer } as Partial<Executor> as Executor;
  const ids = { newId: () => "id", newGuid: () => "guid" };
  const processor = new EntityProcessor({ provider, executor, clock: new ManualClock(), ids, maxOperations: 10 });
  const signalled = (id: string) => raised("op", JSON.stringify({ op: "add", id, signal: true }));
  const item: OrchestrationWorkItem = {
    kind: "entity",
    lock: { token: "1", expiresAt: Number.MAX_SAFE_INTEGER },
    instance: anInstance({ instanceId: "@counter@key" }),
    messages: messages(signalled("1"), signalled("2")),
    historyLength: 0,
  };
  await processor.process(item, new AbortController().signal, () => undefined);
  return commits;
}

describe("an entity batch", () => {
  it("goes on with the operations that are left when some have been answered", async () => {
    const commits = await processed({ ...nothing, results: [{ isError: false, result: null }] });

    expect(commits[0]?.instance?.input).toContain('"queue":[{"op":"add","id":"2","signal":true}]');
    expect(commits[0]?.messages.map(({ event }) => event)).toMatchObject([{ type: "EventRaised", name: "continue" }]);
  });

  it("fails, to be tried again later, when none has been answered", async () => {
    await expect(processed(nothing)).rejects.toThrow("The function has answered none of its operations (2).");
  });
});
