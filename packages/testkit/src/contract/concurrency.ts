import type { OrchestrationCommit, OrchestrationWorkItem } from "@durable-host/engine";
import { aCommit } from "../builders/commits";
import { aTaskCompleted, anActivityTask, anEventRaised, anInstanceSeed } from "../builders/events";
import type { TestHub } from "./test-hub";

const INSTANCES = 40;
const ACTIVITIES = 5;

/** Many callers at once. */
export function describeConcurrency(hub: () => TestHub): void {
  describe("concurrency", () => {
    it("runs many instances with many workers: every step once, in order", () => runEverythingOnce(hub()));
    describeReading(hub);
    describeBatches(hub);
    describeRaces(hub);
  });
}

function describeReading(hub: () => TestHub): void {
  it("shows a reader a commit as a whole, once it can no longer be lost (P5)", async () => {
    await hub().create("i1");
    const item = await hub().lockOne();
    const committed = hub().provider.commitOrchestration(item, aCommit(item));
    const history = await hub().provider.readHistory("i1");
    const instance = await hub().provider.getInstance("i1");
    if (history.length > 0) expect(instance?.runtimeStatus).toBe("Running");
    await committed;
    await expect(hub().provider.readHistory("i1")).resolves.toHaveLength(2);
    expect((await hub().provider.getInstance("i1"))?.runtimeStatus).toBe("Running");
  });
}

/** Operations that are likely to be saved together. */
function describeBatches(hub: () => TestHub): void {
  it("fails only the operation that is at fault when many are saved together", async () => {
    await hub().create("i1");
    const outcomes = await Promise.allSettled([
      hub().create("a"),
      hub().create("i1", { executionId: "e2" }),
      hub().create("b"),
      hub().create("a", { executionId: "e2" }),
    ]);
    const done = outcomes.filter(({ status }) => status === "fulfilled");
    expect(done).toHaveLength(2);
    expect((await hub().lockable()).toSorted()).toEqual(["a", "b", "i1"]);
  });
}

/** Messages that arrive at the same moment as a commit that ends what they were sent to. */
function describeRaces(hub: () => TestHub): void {
  it("does not lose a message that is sent together with the commit that deletes its target", async () => {
    const instanceId = "@counter@a";
    const send = (name: string) =>
      hub().provider.sendMessage({ instanceId, event: anEventRaised(name), seed: anInstanceSeed(instanceId) });
    await send("reset");
    const item = await hub().lockOne("entity");
    const deletion = aCommit(item, { instance: undefined });
    await Promise.all([send("before"), hub().provider.commitOrchestration(item, deletion), send("after")]);
    await hub().restart();
    const { messages } = await hub().lockOne("entity");
    const names = messages.map(({ event }) => (event.type === "EventRaised" ? event.name : event.type));
    expect(names.toSorted()).toEqual(["after", "before"]);
  });

  it("drops a message for an execution that is sent together with the commit that ends the execution", async () => {
    await hub().create("i1");
    const item = await hub().lockOne();
    const send = (executionId: string) =>
      hub().provider.sendMessage({ instanceId: "i1", executionId, event: anEventRaised(executionId) });
    const commit = aCommit(item, { instance: { ...item.instance, executionId: "e2" } });
    await Promise.all([send("i1-e1"), hub().provider.commitOrchestration(item, commit), send("i1-e1")]);
    await send("e2");
    await hub().restart();
    expect((await hub().lockOne()).messages.map(({ event }) => event)).toEqual([anEventRaised("e2")]);
  });
}

/** Each instance runs its activities one after another, with several workers of each kind locking at the same time. */
async function runEverythingOnce(hub: TestHub): Promise<void> {
  const ids = Array.from({ length: INSTANCES }, (_, index) => `i${index}`);
  await Promise.all(ids.map((instanceId) => hub.create(instanceId)));
  let ended = 0;

  const orchestrate = async (item: OrchestrationWorkItem): Promise<void> => {
    const commit = nextStep(item);
    if (commit.instance?.runtimeStatus === "Completed") ended++;
    await hub.provider.commitOrchestration(item, commit);
  };
  const worker = async (): Promise<void> => {
    while (ended < INSTANCES) {
      const items = await hub.provider.lockOrchestrations("orchestration", 3);
      const activities = await hub.provider.lockActivities(3);
      await Promise.all(items.map(orchestrate));
      await Promise.all(activities.map((item) => hub.provider.commitActivity(item, aTaskCompleted(item.task.taskId))));
    }
  };
  const failures = await Promise.allSettled([worker(), worker(), worker(), worker()]);
  expect(failures.filter(({ status }) => status === "rejected")).toEqual([]);

  for (const instanceId of ids) {
    const history = await hub.provider.readHistory(instanceId);
    const results = history.flatMap((event) => (event.type === "TaskCompleted" ? [event.taskScheduledId] : []));
    expect(results).toEqual(Array.from({ length: ACTIVITIES }, (_, index) => index));
  }
}

/** Schedules the next activity, or ends the instance after the last one. */
function nextStep(item: OrchestrationWorkItem): OrchestrationCommit {
  const { instanceId, executionId } = item.instance;
  const done = item.messages.reduce(
    (last, { event }) => (event.type === "TaskCompleted" ? event.taskScheduledId : last),
    -1,
  );
  if (done < ACTIVITIES - 1)
    return aCommit(item, { activities: [anActivityTask(instanceId, done + 1, { executionId })] });
  return aCommit(item, { instance: { ...item.instance, runtimeStatus: "Completed" }, canceledTimers: "all" });
}
