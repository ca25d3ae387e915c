import type { HistoryEvent, InstanceState } from "@durable-host/engine";
import { aCommit } from "../builders/commits";
import {
  aTaskScheduled,
  anEventRaised,
  anExecutionStarted,
  anInstanceSeed,
  anOrchestratorStarted,
} from "../builders/events";
import type { TestHub } from "./test-hub";

/** Locking instances and saving what came of it. */
export function describeCommits(hub: () => TestHub): void {
  describe("commits", () => {
    describeWorkItems(hub);
    describeHistory(hub);
    describeStates(hub);
    describeConsumption(hub);
    describeDeletion(hub);
  });
}

async function send(hub: TestHub, instanceId: string, name: string): Promise<void> {
  await hub.provider.sendMessage({ instanceId, event: anEventRaised(name), seed: anInstanceSeed(instanceId) });
}

function describeWorkItems(hub: () => TestHub): void {
  it("hands out an instance with its state, the length of its history and its messages", async () => {
    await hub().create("i1");
    const first = await hub().runOne();
    expect(first).toMatchObject({ kind: "orchestration", historyLength: 0, instance: { runtimeStatus: "Pending" } });
    await send(hub(), "i1", "go");
    const second = await hub().lockOne();
    expect(second.historyLength).toBe(2);
    expect(second.instance).toEqual(await hub().provider.getInstance("i1"));
    expect(second.messages.map(({ event }) => event)).toEqual([anEventRaised("go")]);
  });

  it("finds nothing to lock in an empty hub", async () => {
    await expect(hub().provider.lockOrchestrations("orchestration", 10)).resolves.toEqual([]);
    await expect(hub().provider.lockOrchestrations("entity", 10)).resolves.toEqual([]);
  });

  it("hands out entities and orchestrations separately", async () => {
    await hub().create("i1");
    await send(hub(), "@counter@a", "add");
    expect(await hub().lockable("entity")).toEqual(["@counter@a"]);
    expect(await hub().lockable("orchestration")).toEqual(["i1"]);
  });

  it("locks no more than asked for, those first that became ready first", async () => {
    if (hub().lacks("order")) return;
    for (const instanceId of ["a", "b", "c"]) await hub().create(instanceId);
    const first = await hub().provider.lockOrchestrations("orchestration", 2);
    expect(first.map(({ instance }) => instance.instanceId)).toEqual(["a", "b"]);
    expect(await hub().lockable()).toEqual(["c"]);
  });

  it("does not let a busy instance starve another", async () => {
    if (hub().lacks("order")) return;
    await hub().createRunning("busy");
    await send(hub(), "busy", "1");
    await hub().create("other");
    const [item] = await hub().provider.lockOrchestrations("orchestration", 1);
    if (item === undefined) throw new Error("Two instances have work.");
    await send(hub(), "busy", "2");
    await hub().provider.commitOrchestration(item, aCommit(item));
    expect(await hub().lockable()).toEqual(["other", "busy"]);
  });
}

function describeHistory(hub: () => TestHub): void {
  it("appends events in order, commit after commit", async () => {
    await hub().createRunning("i1");
    await send(hub(), "i1", "go");
    const events: HistoryEvent[] = [anOrchestratorStarted(), anEventRaised("go"), aTaskScheduled(0), aTaskScheduled(1)];
    await hub().runOne({ history: { type: "append", events } });
    const history = [anOrchestratorStarted(), anExecutionStarted("i1"), ...events];
    expect((await hub().provider.readHistory("i1")).map((event) => hub().kept(event))).toEqual(
      history.map((event) => hub().kept(event)),
    );
  });

  it("keeps every field of an event, and large and unusual text", async () => {
    const failed: HistoryEvent = {
      type: "TaskFailed",
      timestamp: 1.5,
      taskScheduledId: 4,
      reason: 'it\'s "broken"\n\u2028',
      details: "x".repeat(200_000),
      failureDetails: {
        errorType: "E",
        errorMessage: "m",
        stackTrace: null,
        innerFailure: null,
        isNonRetriable: true,
        properties: { a: [1] },
      },
    };
    await hub().createRunning("i1", { history: { type: "append", events: [failed] } });
    await expect(hub().provider.readHistory("i1")).resolves.toEqual([failed]);
  });

  it("replaces the history of earlier executions", async () => {
    await hub().createRunning("i1");
    await send(hub(), "i1", "go");
    const events = [anOrchestratorStarted(9), aTaskScheduled(0)];
    await hub().runOne({ history: { type: "replace", events } });
    await expect(hub().provider.readHistory("i1")).resolves.toEqual(events);
    await send(hub(), "i1", "more");
    expect((await hub().lockOne()).historyLength).toBe(2);
  });

  it("saves a commit that appends nothing", async () => {
    await hub().createRunning("i1", { history: { type: "append", events: [] } });
    await expect(hub().provider.readHistory("i1")).resolves.toEqual([]);
    expect((await hub().provider.getInstance("i1"))?.runtimeStatus).toBe("Running");
  });

  it("does not mix up the histories of instances", async () => {
    await hub().createRunning("i1");
    await hub().createRunning("i2");
    await hub().provider.purgeInstances(["i1"]);
    const history = [anOrchestratorStarted(), anExecutionStarted("i2")];
    expect((await hub().provider.readHistory("i2")).map((event) => hub().kept(event))).toEqual(
      history.map((event) => hub().kept(event)),
    );
  });
}

function describeStates(hub: () => TestHub): void {
  it("saves every field of the instance", async () => {
    if (hub().lacks("given fields")) return;
    await hub().create("i1", { tags: { a: "1" } });
    const item = await hub().lockOne();
    const instance: InstanceState = {
      ...item.instance,
      executionId: "e2",
      name: "renamed",
      version: "3",
      runtimeStatus: "Failed",
      input: "1",
      output: "went wrong",
      customStatus: '{"step":2}',
      failureDetails: {
        errorType: "E",
        errorMessage: "m",
        stackTrace: "s",
        innerFailure: null,
        isNonRetriable: false,
        properties: null,
      },
      parentInstanceId: "p",
      tags: { b: "2" },
      createdAt: item.instance.createdAt + 1,
      lastUpdatedAt: item.instance.lastUpdatedAt + 2,
      completedAt: item.instance.createdAt + 3,
    };
    await hub().provider.commitOrchestration(item, aCommit(item, { instance }));
    await expect(hub().provider.getInstance("i1")).resolves.toEqual(instance);
    await hub().restart();
    await expect(hub().provider.getInstance("i1")).resolves.toEqual(instance);
  });

  it("forgets fields that the instance no longer has", async () => {
    if (hub().lacks("given fields")) return;
    await hub().create("i1", { tags: { a: "1" }, input: "1" });
    const item = await hub().lockOne();
    const { tags: _, ...rest } = item.instance;
    const instance: InstanceState = { ...rest, input: null, runtimeStatus: "Running" };
    await hub().provider.commitOrchestration(item, aCommit(item, { instance }));
    await hub().restart();
    await expect(hub().provider.getInstance("i1")).resolves.toEqual(instance);
  });

  it("saves a change of custom status, or of the time only, in later commits", async () => {
    await hub().createRunning("i1");
    for (const customStatus of ['"a"', '"a"', '"b"', null]) {
      await send(hub(), "i1", "go");
      const item = await hub().lockOne();
      const instance: InstanceState = {
        ...item.instance,
        customStatus,
        lastUpdatedAt: item.instance.lastUpdatedAt + 10,
      };
      await hub().provider.commitOrchestration(item, aCommit(item, { instance }));
      await hub().restart();
      expect(hub().kept(await hub().provider.getInstance("i1"))).toEqual(hub().kept(instance));
    }
  });
}

function describeConsumption(hub: () => TestHub): void {
  it("does not hand out consumed messages again", async () => {
    await hub().createRunning("i1");
    expect(await hub().lockable()).toEqual([]);
  });

  it("hands out again what a commit holds back, in order and before what came later", async () => {
    await hub().createRunning("i1");
    for (const name of ["1", "2", "3"]) await send(hub(), "i1", name);
    const item = await hub().lockOne();
    await send(hub(), "i1", "4");
    const second = item.messages[1]?.sequenceNumber ?? 0;
    await hub().provider.commitOrchestration(item, aCommit(item, { consumedMessages: [second] }));
    const { messages } = await hub().lockOne();
    const names = messages.map(({ event }) => (event.type === "EventRaised" ? event.name : event.type));
    expect(names).toEqual(["1", "3", "4"]);
  });

  it("keeps messages that arrive during an episode for the next one", async () => {
    await hub().create("i1");
    const item = await hub().lockOne();
    await send(hub(), "i1", "during");
    expect(await hub().lockable()).toEqual([]);
    await hub().provider.commitOrchestration(item, aCommit(item));
    expect((await hub().lockOne()).messages.map(({ event }) => event)).toEqual([anEventRaised("during")]);
  });

  it("hands out a very long queue in parts, without loss or repetition", async () => {
    await hub().createRunning("i1");
    const names = Array.from({ length: 2_500 }, (_, index) => String(index));
    await Promise.all(names.map((name) => send(hub(), "i1", name)));
    const seen: string[] = [];
    while (seen.length < names.length) {
      const item = await hub().runOne();
      for (const { event } of item.messages) if (event.type === "EventRaised") seen.push(event.name);
    }
    expect(seen.toSorted((a, b) => Number(a) - Number(b))).toEqual(names);
    expect(await hub().lockable()).toEqual([]);
  });
}

function describeDeletion(hub: () => TestHub): void {
  it("deletes an instance whose commit has none, with its history", async () => {
    await send(hub(), "@counter@a", "reset");
    const item = await hub().lockOne("entity");
    await hub().provider.commitOrchestration(item, aCommit(item, { instance: undefined }));
    await expect(hub().provider.getInstance("@counter@a")).resolves.toBeUndefined();
    await expect(hub().provider.readHistory("@counter@a")).resolves.toEqual([]);
    expect(await hub().lockable("entity")).toEqual([]);
  });

  it("still sends the messages of a commit that deletes its instance", async () => {
    await hub().createRunning("caller");
    await send(hub(), "@counter@a", "get");
    const item = await hub().lockOne("entity");
    const messages = [{ instanceId: "caller", event: anEventRaised("answer") }];
    await hub().provider.commitOrchestration(item, aCommit(item, { instance: undefined, messages }));
    expect((await hub().lockOne()).messages.map(({ event }) => event)).toEqual([anEventRaised("answer")]);
  });

  it("does not lose messages that came in while the deleting commit was made: the instance begins anew with them", async () => {
    await send(hub(), "@counter@a", "reset");
    await hub().runOneEntity();
    await send(hub(), "@counter@a", "reset");
    const item = await hub().lockOne("entity");
    await send(hub(), "@counter@a", "add");
    await hub().provider.commitOrchestration(item, aCommit(item, { instance: undefined }));
    const again = await hub().lockOne("entity");
    expect(again).toMatchObject({ historyLength: 0, instance: { runtimeStatus: "Pending", input: null } });
    expect(again.messages.map(({ event }) => event)).toEqual([anEventRaised("add")]);
  });

  it("makes a deleted entity again when it is sent to", async () => {
    await send(hub(), "@counter@a", "reset");
    const item = await hub().lockOne("entity");
    await hub().provider.commitOrchestration(item, aCommit(item, { instance: undefined }));
    await send(hub(), "@counter@a", "add");
    expect((await hub().lockOne("entity")).historyLength).toBe(0);
  });
}
