import type { Message, OrchestrationWorkItem, OutboundMessage } from "@durable-host/engine";
import { aCommit } from "../builders/commits";
import { anEventRaised, anExecutionStarted, anInstanceSeed, BUILT_AT } from "../builders/events";
import type { TestHub } from "./test-hub";

/** Names of the external events of a work item, in the order it hands them out. */
function eventNames({ messages }: OrchestrationWorkItem): string[] {
  return messages.flatMap(({ event }) => (event.type === "EventRaised" ? [event.name] : []));
}

function anEvent(instanceId: string, name: string, fields: Partial<Message> = {}): OutboundMessage {
  return { instanceId, event: anEventRaised(name), ...fields };
}

/** Sending, ordering, seeds, and executions that are gone. */
export function describeMessages(hub: () => TestHub): void {
  describe("messages", () => {
    describeDelivery(hub);
    describeSeeds(hub);
    describeExecutions(hub);
  });
}

function describeDelivery(hub: () => TestHub): void {
  it("hands a message out as it was sent", async () => {
    await hub().createRunning("i1");
    const event = anEventRaised("go", { input: '{"a":"\\u0000 ü 😀"}', traceContext: { traceParent: "00-1" } });
    await expect(hub().provider.sendMessage({ instanceId: "i1", event, executionId: "i1-e1" })).resolves.toBe(true);
    const { messages } = await hub().lockOne();
    expect(messages).toEqual([{ instanceId: "i1", event, executionId: "i1-e1", sequenceNumber: expect.any(Number) }]);
  });

  it("says that a message to nobody was not delivered", async () => {
    await expect(hub().provider.sendMessage(anEvent("nobody", "go"))).resolves.toBe(false);
    await expect(hub().provider.getInstance("nobody")).resolves.toBeUndefined();
  });

  it("drops a message of a commit to nobody", async () => {
    await hub().createRunning("i1", { messages: [anEvent("nobody", "go")] });
    await expect(hub().provider.getInstance("nobody")).resolves.toBeUndefined();
    expect((await hub().provider.getInstance("i1"))?.runtimeStatus).toBe("Running");
  });

  it("hands messages out in the order they were sent (P4)", async () => {
    await hub().createRunning("i1");
    const names = Array.from({ length: 50 }, (_, index) => `e${index}`);
    for (const name of names) await hub().provider.sendMessage(anEvent("i1", name));
    const item = await hub().lockOne();
    expect(eventNames(item)).toEqual(names);
    const numbers = item.messages.map(({ sequenceNumber }) => sequenceNumber);
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
  });

  it("keeps the order of one sender's commits (P4)", async () => {
    await hub().createRunning("target");
    await hub().createRunning("sender", { messages: [anEvent("target", "1"), anEvent("target", "2")] });
    await hub().provider.sendMessage(anEvent("sender", "again"));
    const items = await hub().provider.lockOrchestrations("orchestration", 10);
    const sender = items.find(({ instance }) => instance.instanceId === "sender");
    const target = items.find(({ instance }) => instance.instanceId === "target");
    if (sender === undefined || target === undefined) throw new Error("Both have messages.");
    await hub().provider.commitOrchestration(sender, aCommit(sender, { messages: [anEvent("target", "3")] }));
    expect(eventNames(target)).toEqual(["1", "2"]);
    await hub().provider.commitOrchestration(target, aCommit(target));
    expect(eventNames(await hub().lockOne())).toEqual(["3"]);
  });

  it("delivers what an instance sends to itself", async () => {
    await hub().createRunning("i1", { messages: [anEvent("i1", "self")] });
    expect(eventNames(await hub().lockOne())).toEqual(["self"]);
  });

  it("delivers to an ended instance: what that means is not the store's to decide", async () => {
    await hub().create("i1");
    const item = await hub().lockOne();
    const instance = { ...item.instance, runtimeStatus: "Completed" as const };
    await hub().provider.commitOrchestration(item, aCommit(item, { instance }));
    await expect(hub().provider.sendMessage(anEvent("i1", "late"))).resolves.toBe(true);
    expect(eventNames(await hub().lockOne())).toEqual(["late"]);
  });
}

function describeSeeds(hub: () => TestHub): void {
  it("creates the target of a message from its seed", async () => {
    if (hub().lacks("given fields")) return;
    const seed = anInstanceSeed("@counter@a", {
      name: "counter",
      tags: { a: "b" },
      parentInstanceId: "p",
      input: '"in"',
    });
    await expect(hub().provider.sendMessage({ ...anEvent("@counter@a", "op"), seed })).resolves.toBe(true);
    expect(await hub().provider.getInstance("@counter@a")).toEqual({
      ...seed,
      instanceId: "@counter@a",
      runtimeStatus: "Pending",
      output: null,
      customStatus: null,
      lastUpdatedAt: BUILT_AT,
    });
    const item = await hub().lockOne("entity");
    expect(item).toMatchObject({ kind: "entity", historyLength: 0 });
    expect(eventNames(item)).toEqual(["op"]);
  });

  it("does not look at the seed when the target exists", async () => {
    await hub().createRunning("i1");
    await hub().provider.sendMessage({
      ...anEvent("i1", "go"),
      seed: anInstanceSeed("i1", { executionId: "e9", name: "other" }),
    });
    expect(await hub().provider.getInstance("i1")).toMatchObject({ executionId: "i1-e1", name: "order" });
    expect(eventNames(await hub().lockOne())).toEqual(["go"]);
  });

  it("creates one instance when several messages bring a seed", async () => {
    const seed = anInstanceSeed("@counter@a");
    const send = (name: string) => hub().provider.sendMessage({ ...anEvent("@counter@a", name), seed });
    await Promise.all([send("1"), send("2"), send("3")]);
    expect(eventNames(await hub().lockOne("entity")).toSorted()).toEqual(["1", "2", "3"]);
  });

  it("starts a sub-orchestration from a commit", async () => {
    const start = anExecutionStarted("child", { executionId: "ce" });
    const seed = anInstanceSeed("child", { executionId: "ce", parentInstanceId: "i1" });
    await hub().createRunning("i1", { messages: [{ instanceId: "child", event: start, seed }] });
    const child = await hub().lockOne();
    expect(child.instance).toMatchObject({ instanceId: "child", executionId: "ce", parentInstanceId: "i1" });
    expect(child.messages.map(({ event }) => event)).toEqual([start]);
  });
}

function describeExecutions(hub: () => TestHub): void {
  it("drops a message for an execution that is gone", async () => {
    await hub().createRunning("i1");
    await expect(hub().provider.sendMessage(anEvent("i1", "old", { executionId: "e0" }))).resolves.toBe(true);
    expect(await hub().lockable()).toEqual([]);
  });

  it("drops pending messages for an execution that a commit ends, and keeps the others", async () => {
    await hub().createRunning("i1");
    await hub().provider.sendMessage(anEvent("i1", "go"));
    const item = await hub().lockOne();
    await hub().provider.sendMessage(anEvent("i1", "for the old one", { executionId: "i1-e1" }));
    await hub().provider.sendMessage(anEvent("i1", "for any"));
    const instance = { ...item.instance, executionId: "e2" };
    const commit = aCommit(item, { instance, messages: [anEvent("i1", "for the new one", { executionId: "e2" })] });
    await hub().provider.commitOrchestration(item, commit);
    expect(eventNames(await hub().lockOne())).toEqual(["for any", "for the new one"]);
  });

  it("hands out the start of a new execution first, with what came in while the one before was locked", async () => {
    await hub().createRunning("i1");
    await hub().provider.sendMessage(anEvent("i1", "first"));
    const item = await hub().lockOne();
    await hub().provider.sendMessage(anEvent("i1", "in between"));
    const start = anExecutionStarted("i1", { executionId: "e2" });
    const commit = aCommit(item, {
      instance: { ...item.instance, executionId: "e2" },
      history: { type: "replace", events: [] },
      messages: [{ instanceId: "i1", executionId: "e2", event: start }],
    });
    await hub().provider.commitOrchestration(item, commit);
    const next = await hub().lockOne();
    expect(next.messages.map(({ event }) => event)).toEqual([start, anEventRaised("in between")]);
    await hub().provider.commitOrchestration(next, aCommit(next));
    expect(await hub().lockable()).toEqual([]);
  });
}
