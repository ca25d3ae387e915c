import type { OutboundMessage, RuntimeStatus } from "@durable-host/engine";
import { aCommit } from "../builders/commits";
import { anExecutionStarted, anInstanceSeed } from "../builders/events";
import type { TestHub } from "./test-hub";

const ENDED: readonly RuntimeStatus[] = ["Completed", "Failed", "Terminated"];

const parent = { instanceId: "p", executionId: "p-e1", name: "parent", taskScheduledId: 3 };

/** A start that a parent sends to `instanceId`, as its execution `e9`. */
function aChildStart(instanceId: string): OutboundMessage {
  const event = anExecutionStarted(instanceId, { executionId: "e9", parent });
  return { instanceId, event, seed: anInstanceSeed(instanceId, { executionId: "e9" }) };
}

async function createEnded(hub: TestHub, instanceId: string): Promise<void> {
  await hub.create(instanceId);
  const item = await hub.lockOne();
  const instance = { ...item.instance, runtimeStatus: "Completed" as const };
  await hub.provider.commitOrchestration(item, aCommit(item, { instance }));
}

/** What was started between a look at an instance and its deletion or replacement is not lost. */
export function describePendingStarts(hub: () => TestHub): void {
  describe("pending starts", () => {
    describePurgeByStatus(hub);
    describeReplacement(hub);
  });
}

function describePurgeByStatus(hub: () => TestHub): void {
  it("purges, of the instances named, those in one of the statuses asked for", async () => {
    await createEnded(hub(), "ended");
    await hub().createRunning("running");
    await expect(hub().provider.purgeInstances(["ended", "running", "nobody"], ENDED)).resolves.toBe(1);
    await expect(hub().provider.getInstance("ended")).resolves.toBeUndefined();
    expect((await hub().provider.getInstance("running"))?.runtimeStatus).toBe("Running");
  });

  it("does not purge an instance that was started anew since it was listed", async () => {
    if (hub().lacks("pending starts")) return;
    await createEnded(hub(), "i1");
    const starting = hub().provider.createInstance(anExecutionStarted("i1", { executionId: "e2" }), new Set(ENDED));
    await expect(hub().provider.purgeInstances(["i1"], ENDED)).resolves.toBe(0);
    await starting;
    expect((await hub().lockOne()).instance.executionId).toBe("e2");
  });

  it("does not purge an ended instance that a start is waiting for", async () => {
    if (hub().lacks("pending starts")) return;
    await createEnded(hub(), "child");
    await hub().provider.sendMessage(aChildStart("child"));
    await expect(hub().provider.purgeInstances(["child"], ENDED)).resolves.toBe(0);
    expect((await hub().lockOne()).messages.map(({ event }) => event)).toEqual([aChildStart("child").event]);
  });

  it("does not purge an ended instance that a start is being sent to", async () => {
    if (hub().lacks("pending starts")) return;
    await createEnded(hub(), "child");
    const sending = hub().provider.sendMessage(aChildStart("child"));
    await expect(hub().provider.purgeInstances(["child"], ENDED)).resolves.toBe(0);
    await sending;
    expect((await hub().lockOne()).messages).toHaveLength(1);
  });

  it("purges an instance as soon as no start is waiting for it any more", async () => {
    await createEnded(hub(), "child");
    await hub().provider.sendMessage(aChildStart("child"));
    const item = await hub().lockOne();
    await hub().provider.commitOrchestration(item, aCommit(item, { instance: item.instance }));
    await expect(hub().provider.purgeInstances(["child"], ENDED)).resolves.toBe(1);
    expect(await hub().lockable()).toEqual([]);
  });
}

function describeReplacement(hub: () => TestHub): void {
  const replace = (executionId: string, replaceable = ENDED) =>
    hub().provider.createInstance(anExecutionStarted("child", { executionId }), new Set(replaceable));

  it("keeps the start that waits for an ended instance when that is replaced", async () => {
    if (hub().lacks("pending starts")) return;
    await createEnded(hub(), "child");
    await hub().provider.sendMessage(aChildStart("child"));
    await replace("e2");
    await hub().restart();
    const { instance, messages } = await hub().lockOne();
    expect(instance).toMatchObject({ executionId: "e2", runtimeStatus: "Pending" });
    expect(messages.map(({ event }) => event)).toEqual([
      anExecutionStarted("child", { executionId: "e2" }),
      aChildStart("child").event,
    ]);
  });

  it("keeps a start that is sent together with the replacement", async () => {
    if (hub().lacks("pending starts")) return;
    await createEnded(hub(), "child");
    await Promise.all([hub().provider.sendMessage(aChildStart("child")), replace("e2")]);
    expect((await hub().lockOne()).messages).toHaveLength(2);
  });

  it("keeps a start that was handed out, and takes it from whoever holds it", async () => {
    if (hub().lacks("pending starts")) return;
    await createEnded(hub(), "child");
    await hub().provider.sendMessage(aChildStart("child"));
    const item = await hub().lockOne();
    await replace("e2");
    await expect(hub().provider.commitOrchestration(item, aCommit(item))).rejects.toMatchObject({ code: "LOCK_LOST" });
    expect((await hub().lockOne()).messages).toHaveLength(2);
  });

  it("drops the start of the execution that is replaced", async () => {
    await hub().create("child", { executionId: "e1" });
    await replace("e2", ["Pending"]);
    const start = hub().kept(anExecutionStarted("child", { executionId: "e2" }));
    expect((await hub().lockOne()).messages.map(({ event }) => hub().kept(event))).toEqual([start]);
  });
}
