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
import { purgeInstances } from "../../src/client/purge-instances";
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

describe("a purge of what has ended", () => {
  it("leaves alone what runs or is not there, and counts neither [GR55]", async () => {
    const { hub, log } = aHub([anInstance({ runtimeStatus: "Running" })]);
    expect(await hub.purgeInstance("i1", { onlyEnded: true })).toEqual({ deleted: 0, running: [] });
    expect(await hub.purgeInstance("missing", { onlyEnded: true })).toEqual({ deleted: 0, running: [] });
    expect(log).toEqual([]);
  });

  it("deletes once, and leaves alone what is being started again at that moment [GR55]", async () => {
    const { hub, stored } = aHub([anInstance({ runtimeStatus: "Completed" })]);
    expect(await hub.purgeInstance("i1", { onlyEnded: true })).toEqual({ deleted: 1, running: [] });
    expect(await hub.purgeInstance("i1", { onlyEnded: true })).toEqual({ deleted: 0, running: [] });
    stored.set("i1", anInstance({ runtimeStatus: "Completed" }));
    const again = hub.purgeInstance("i1", { onlyEnded: true });
    stored.set("i1", anInstance({ runtimeStatus: "Pending" }));
    expect(await again).toEqual({ deleted: 0, running: [] });
  });

  it("stops between two batches when its time is up, and says so", async () => {
    const ended = (instanceId: string) => anInstance({ instanceId, runtimeStatus: "Completed" });
    const stored = new Set(["a", "b", "c"]);
    const clock = new ManualClock(T0);
    const provider = {
      queryInstances: async () => {
        clock.advance(100);
        const [next] = stored;
        return {
          instances: next === undefined ? [] : [ended(next)],
          continuationToken: stored.size > 1 ? "more" : undefined,
        };
      },
      purgeInstances: async (ids: readonly string[]) => ids.filter((id) => stored.delete(id)).length,
    } as Partial<StorageProvider> as StorageProvider;
    const parts = { provider, clock };
    const limited = await purgeInstances(parts, {}, { deadline: T0 + 150 });
    expect(limited).toEqual({ deleted: 2, running: [], isComplete: false });
    expect(await purgeInstances(parts, {}, { deadline: T0 + 1_000 })).toEqual({ deleted: 1, running: [] });
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

describe("a start that says what it may replace", () => {
  const existing = (runtimeStatus: InstanceState["runtimeStatus"]) => [anInstance({ runtimeStatus })];
  const start = (...statuses: readonly InstanceState["runtimeStatus"][]) => ({
    name: "order",
    instanceId: "i1",
    replaceable: new Set(statuses),
  });

  it("replaces what has ended in a status it names [GR47]", async () => {
    const { hub, log } = aHub(existing("Failed"));
    expect(await hub.start(start("Failed", "Running"))).toBe("i1");
    expect(log).toEqual(["create i1"]);
  });

  it("is refused by every other status, whatever the hub allows, and disturbs nothing [GR47]", async () => {
    for (const status of ["Completed", "Running", "Pending", "Suspended"] as const) {
      const { hub, log } = aHub(existing(status), { replaceable: "AnyState" });
      await expect(hub.start(start("Failed"))).rejects.toMatchObject({ code: "INSTANCE_EXISTS" });
      await expect(hub.start(start())).rejects.toMatchObject({ code: "INSTANCE_EXISTS" });
      expect(log).toEqual([]);
    }
  });

  it("ends one that runs before it replaces it [GR47]", async () => {
    const { hub, log, stored, after } = aHub(existing("Running"));
    const starting = hub.start(start("Running", "Terminated"));
    await new Promise((resolve) => setImmediate(resolve));
    expect(log).toEqual(["i1 ExecutionTerminated"]);
    stored.set("i1", anInstance({ runtimeStatus: "Terminated" }));
    expect(await after(starting)).toBe("i1");
    expect(log).toEqual(["i1 ExecutionTerminated", "create i1"]);
  });
});

describe("the id of a new instance", () => {
  it("has only characters that URLs carry, unless the hub takes all that can be printed [GR48]", async () => {
    const odd = "2030-01-01T00:00:00+01:00/#?\\ü";
    const urls = aHub([]).hub;
    await expect(urls.start({ name: "order", instanceId: odd })).rejects.toMatchObject({ code: "INVALID_INSTANCE_ID" });
    const any = aHub([], { idCharacters: "Printable" }).hub;
    expect(await any.start({ name: "order", instanceId: odd })).toBe(odd);
    await any.signalEntity({ name: "counter", key: odd }, "add", null);
    for (const bad of ["", "@a@b", "line\nbreak", "x".repeat(257)]) {
      await expect(any.start({ name: "order", instanceId: bad })).rejects.toMatchObject({
        code: "INVALID_INSTANCE_ID",
      });
    }
  });
});

describe("a restart", () => {
  const restarted = async (runtimeStatus: InstanceState["runtimeStatus"], withNewId: boolean) => {
    const { hub, log } = aHub([anInstance({ runtimeStatus })], { replaceable: "AnyState" });
    const instanceId = await hub.restart("i1", withNewId);
    return { instanceId, log };
  };

  it("is of what has ended under its own id, and of anything under a new one [GR53]", async () => {
    for (const status of ["Completed", "Failed", "Terminated"] as const) {
      expect(await restarted(status, false)).toEqual({ instanceId: "i1", log: ["create i1"] });
    }
    for (const status of ["Running", "Pending", "Suspended"] as const) {
      expect(await restarted(status, true)).toEqual({ instanceId: "new-id", log: ["create new-id"] });
      await expect(restarted(status, false)).rejects.toMatchObject({ code: "INSTANCE_EXISTS" });
    }
  });

  it("is refused for an instance that does not exist [GR53]", async () => {
    await expect(aHub([]).hub.restart("i1", true)).rejects.toMatchObject({ code: "INSTANCE_NOT_FOUND" });
  });
});
