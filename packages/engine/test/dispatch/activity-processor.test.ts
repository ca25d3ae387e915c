import {
  hasCode,
  type ActivityOutcome,
  type ActivityResult,
  type ActivityWorkItem,
  type Cancellation,
  type Executor,
  type StorageProvider,
} from "@durable-host/engine";
import { ManualClock } from "@durable-host/testkit";
import { ActivityProcessor } from "../../src/dispatch/activity-processor";
import { RunningActivities } from "../../src/dispatch/running-activities";
import { anInstance } from "../decide/events";

function anItem(instanceId = "i1", taskId = 1): ActivityWorkItem {
  return {
    kind: "activity",
    lock: { token: String(taskId), expiresAt: Number.MAX_SAFE_INTEGER },
    task: { instanceId, executionId: "e1", taskId, name: "work", input: null },
    previousDeliveries: 0,
  };
}

const failed: ActivityResult = { type: "Failed", reason: "aborted", details: "" };

/** A processor whose activities end when the test says so. */
function aProcessor() {
  const activities = new RunningActivities();
  const committed: ActivityOutcome[] = [];
  const running: { readonly cancellation: Cancellation; end(result: ActivityResult): void }[] = [];
  const executor = {
    knows: () => true,
    executeActivity: (_task, _signal, cancellation) =>
      new Promise<ActivityResult>((end) => {
        if (cancellation) running.push({ cancellation, end });
      }),
  } as Partial<Executor> as Executor;
  const provider = {
    commitActivity: async (_item: ActivityWorkItem, outcome: ActivityOutcome) => void committed.push(outcome),
  } as Partial<StorageProvider> as StorageProvider;
  const options = { provider, executor, activities, clock: new ManualClock(), handOver: async () => false };
  const processor = new ActivityProcessor(options);
  const process = (item = anItem()) => processor.process(item, new AbortController().signal, () => undefined);
  return { processor, activities, committed, running, process };
}

describe("an activity", () => {
  it("is told when its instance ends, and others are not", async () => {
    const { activities, running, process } = aProcessor();
    const all = [process(anItem("i1", 1)), process(anItem("i1", 2)), process(anItem("i2", 3))];
    activities.instanceEnded(anInstance({ runtimeStatus: "Terminated" }));
    expect(running.map(({ cancellation }) => cancellation.reason?.code)).toEqual([
      "INSTANCE_ENDED",
      "INSTANCE_ENDED",
      undefined,
    ]);
    expect(running[0]?.cancellation.reason?.message).toContain("(Terminated)");
    for (const { end } of running) end(failed);
    await Promise.all(all);
  });

  it("tells a listener that comes late at once", async () => {
    const { activities, running, process } = aProcessor();
    const ended = process();
    activities.drain();
    const codes: string[] = [];
    running[0]?.cancellation.onCancel(({ code }) => codes.push(code));
    expect(codes).toEqual(["HOST_STOPPING"]);
    running[0]?.end({ type: "Completed", result: null });
    await ended;
  });

  it("that fails because the host stops is given back, not recorded as failed", async () => {
    const { activities, committed, running, process } = aProcessor();
    const ended = process();
    activities.drain();
    running[0]?.end(failed);
    const error: unknown = await ended.catch((reason: unknown) => reason);
    expect(hasCode(error, "WORKER_LOST")).toBe(true);
    expect(committed).toEqual([]);
  });

  it("that returns although the host stops has its result recorded", async () => {
    const { activities, committed, running, process } = aProcessor();
    const ended = process();
    activities.drain();
    running[0]?.end({ type: "Completed", result: "1" });
    await ended;
    expect(committed).toMatchObject([{ type: "TaskCompleted", result: "1" }]);
  });

  it("that fails for another reason is recorded as failed, also when nobody takes the result", async () => {
    const { activities, committed, running, process } = aProcessor();
    const ended = process();
    activities.instanceEnded(anInstance({ runtimeStatus: "Failed" }));
    activities.drain();
    running[0]?.end(failed);
    await ended;
    expect(committed).toMatchObject([{ type: "TaskFailed", reason: "aborted" }]);
  });

  it("is told when the lock on its own task is lost", async () => {
    const { processor, running, process } = aProcessor();
    const [lost, kept] = [anItem("i1", 1), anItem("i1", 2)];
    const all = [process(lost), process(kept)];
    processor.onLockLost(lost);
    expect(running.map(({ cancellation }) => cancellation.reason?.code)).toEqual(["INSTANCE_ENDED", undefined]);
    for (const { end } of running) end({ type: "Completed", result: null });
    await Promise.all(all);
    processor.onLockLost(lost);
  });
});
