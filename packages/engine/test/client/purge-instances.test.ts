import {
  CompletionSignals,
  createTaskHub,
  DurableHostError,
  type ExecutionStarted,
  type HistoryEvent,
  type InstanceState,
  type Message,
  type StorageProvider,
  type TaskHubOptions,
} from "@durable-host/engine";
import { ManualClock } from "@durable-host/testkit";
import { aStart, anInstance, begun, done, T0 } from "../decide/events";

const lockset = [{ name: "account", key: "a" }];

/** A child that has locked an entity, and its parent, which waits for it. */
const CHILD = [
  begun(),
  aStart({
    instance: { instanceId: "child", executionId: "ce" },
    parent: { instanceId: "parent", executionId: "pe", name: "whole", taskScheduledId: 3 },
  }),
  {
    type: "EventSent",
    timestamp: T0,
    eventId: 0,
    instanceId: "@account@a",
    name: "op",
    input: JSON.stringify({ id: "r1", parent: "child", lockset, pos: 0 }),
  },
  done(),
] satisfies HistoryEvent[];
const PARENT = [
  begun(),
  aStart({ name: "whole", instance: { instanceId: "parent", executionId: "pe" } }),
  { type: "SubOrchestrationCreated", timestamp: T0, eventId: 3, name: "part", instanceId: "child", input: null },
  done(),
] satisfies HistoryEvent[];

const child = anInstance({ instanceId: "child", runtimeStatus: "Running", parentInstanceId: "parent" });
const parent = anInstance({ instanceId: "parent", executionId: "pe", runtimeStatus: "Running" });

/** A hub over a store in which nothing is executed; time passes by itself. */
function aHub(instances: readonly InstanceState[], options: Partial<TaskHubOptions> = {}) {
  const clock = new ManualClock();
  const stored = new Map(instances.map((each) => [each.instanceId, each]));
  const histories = new Map<string, readonly HistoryEvent[]>([
    ["child", CHILD],
    ["parent", PARENT],
  ]);
  const log: string[] = [];
  const sent: Message[] = [];
  const damaged = new Set<string>();
  const provider = {
    async getInstance(id: string) {
      if (damaged.has(id)) throw new DurableHostError("STORE_CORRUPT", "unreadable");
      return stored.get(id);
    },
    readHistory: async (id: string) => histories.get(id) ?? [],
    async sendMessage(message: Message) {
      sent.push(message);
      log.push(`${message.instanceId} ${message.event.type}`);
      return true;
    },
    async purgeInstances(ids: readonly string[], statuses?: readonly string[]) {
      log.push(`purge ${ids.join()} ${statuses ? "if ended" : "anyhow"}`);
      return ids.filter((id) => {
        const status = stored.get(id)?.runtimeStatus;
        return damaged.delete(id) || (status && (!statuses || statuses.includes(status)) && stored.delete(id));
      }).length;
    },
    async createInstance({ instance: { instanceId } }: ExecutionStarted, replaceable: ReadonlySet<string>) {
      const status = stored.get(instanceId)?.runtimeStatus;
      if (status && !replaceable.has(status)) throw new DurableHostError("INSTANCE_EXISTS", "exists");
      log.push(`create ${instanceId}`);
    },
  } as Partial<StorageProvider> as StorageProvider;
  const completions = new CompletionSignals();
  const ids = { newId: () => "new-id", newGuid: () => "guid" };
  const hub = createTaskHub({ hubName: "h", provider, clock, completions, ids, ...options });
  /** Lets time pass until it is settled. */
  const after = async <T>(promise: Promise<T>): Promise<T> => {
    let settled = false;
    const watched = promise.finally(() => (settled = true));
    watched.catch(() => undefined);
    for (let i = 0; i < 1_000 && !settled; i++) {
      await new Promise((resolve) => setImmediate(resolve));
      clock.advance(250);
    }
    return watched;
  };
  return { hub, stored, log, sent, damaged, after };
}

const SPOKEN_FOR = ["child ExecutionTerminated", "parent SubOrchestrationFailed", "@account@a EventRaised"];

describe("a purge of an instance that does not react to a termination", () => {
  it("answers its parent and releases its locks in its place, before it is deleted", async () => {
    const { hub, log, sent, after } = aHub([parent, child]);
    expect(await after(hub.purgeInstance("child"))).toEqual({ deleted: 1, running: [] });
    expect(log).toEqual([...SPOKEN_FOR, "purge child anyhow"]);
    expect(sent[1]).toMatchObject({ executionId: "pe", event: { taskScheduledId: 3 } });
    expect(sent[2]?.event).toMatchObject({ name: "release", input: expect.stringContaining('"id":"r1"') });
  });

  it("is only a purge where nobody waits", async () => {
    const { hub, log, after } = aHub([anInstance({ runtimeStatus: "Running" })]);
    expect(await after(hub.purgeInstance("i1"))).toEqual({ deleted: 1, running: [] });
    expect(log).toEqual(["i1 ExecutionTerminated", "purge i1 anyhow"]);
  });
});

describe("a purge", () => {
  it("deletes an instance whose rows cannot be read", async () => {
    const { hub, damaged } = aHub([]);
    damaged.add("bad");
    expect(await hub.purgeInstance("bad")).toEqual({ deleted: 1, running: [] });
  });

  it("does not delete what is being started again", async () => {
    const { hub, stored } = aHub([anInstance({ runtimeStatus: "Completed" })]);
    const again = hub.purgeInstance("i1");
    stored.set("i1", anInstance({ runtimeStatus: "Pending" }));
    await expect(again).rejects.toMatchObject({ code: "INSTANCE_RUNNING" });
  });
});

describe("a start over an instance that does not react to a termination", () => {
  it("replaces it after it was spoken for, where any state may be replaced [DF7]", async () => {
    const { hub, log, after } = aHub([parent, child], { replaceable: "AnyState" });
    expect(await after(hub.start({ name: "part", instanceId: "child" }))).toBe("child");
    expect(log).toEqual([...SPOKEN_FOR, "create child"]);
  });

  it("is refused otherwise, and disturbs nothing [DF5]", async () => {
    const { hub, log } = aHub([parent, child]);
    await expect(hub.start({ name: "part", instanceId: "child" })).rejects.toMatchObject({ code: "INSTANCE_EXISTS" });
    expect(log).toEqual([]);
  });
});
