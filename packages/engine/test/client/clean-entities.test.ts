import type {
  CleanUpOptions,
  EventRaised,
  HistoryEvent,
  InstanceState,
  Message,
  StorageProvider,
} from "@durable-host/engine";
import { ManualClock } from "@durable-host/testkit";
import { cleanEntities } from "../../src/client/clean-entities";
import type { SchedulerState } from "../../src/decide/entity/scheduler-state";
import { aStart, anInstance, begun, done, T0 } from "../decide/events";

const lockset = [{ name: "account", key: "a" }];
const A = "@account@a";

const anEntity = (instanceId: string, state: SchedulerState, fields: Partial<InstanceState> = {}): InstanceState =>
  anInstance({ instanceId, name: instanceId, runtimeStatus: "Running", input: JSON.stringify(state), ...fields });

/** A history in which the instance has asked for a lock. */
const holding = (requestId: string): HistoryEvent[] => [
  begun(),
  aStart(),
  {
    type: "EventSent",
    timestamp: T0,
    eventId: 0,
    instanceId: A,
    name: "op",
    input: JSON.stringify({ id: requestId, parent: "h", lockset, pos: 0 }),
  },
  done(),
];

/** Cleans a store of these instances; an entity that is told to look at itself is gone afterwards, unless it is stubborn. */
async function clean(
  instances: readonly InstanceState[],
  history: readonly HistoryEvent[] = [],
  stubborn: readonly string[] = [],
  options?: CleanUpOptions,
) {
  const clock = new ManualClock();
  const stored = new Map(instances.map((each) => [each.instanceId, each]));
  const sent: [instanceId: string, name: string, body: unknown][] = [];
  const provider = {
    getInstance: async (id: string) => stored.get(id),
    readHistory: async () => history,
    queryInstances: async ({ continuationToken }: { continuationToken?: string }) => {
      const begin = Number(continuationToken ?? 0);
      const page = instances.slice(begin, begin + 2);
      const more = begin + 2 < instances.length ? { continuationToken: String(begin + 2) } : {};
      return {
        instances: page.filter(({ instanceId }) => instanceId.startsWith("@") && stored.has(instanceId)),
        ...more,
      };
    },
    sendMessage: async ({ instanceId, event }: Message) => {
      const { name, input } = event as EventRaised;
      sent.push([instanceId, name, JSON.parse(input ?? "null")]);
      if (name === "continue" && !stubborn.includes(instanceId)) setImmediate(() => stored.delete(instanceId));
      return true;
    },
  } as Partial<StorageProvider> as StorageProvider;
  let cleaned: Awaited<ReturnType<typeof cleanEntities>> | undefined;
  void cleanEntities({ provider, clock }, options).then((result) => (cleaned = result));
  for (let i = 0; i < 1_000 && !cleaned; i++) {
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(100);
  }
  return { cleaned, sent };
}

describe("cleaning up entities", () => {
  it("removes those that hold nothing, on every page, and no others", async () => {
    const { cleaned, sent } = await clean([
      anEntity("@account@full", { exists: true, state: "1" }),
      anEntity("@account@waiting", { queue: [{ id: "1", op: "add" }] }),
      anEntity("@account@new", {}, { runtimeStatus: "Pending", input: null }),
      anEntity("@account@empty", {}),
      anEntity("@account@last", {}),
    ]);
    expect(cleaned).toEqual({ emptyEntitiesRemoved: 2, orphanedLocksReleased: 0 });
    expect(sent).toEqual([
      ["@account@empty", "continue", null],
      ["@account@last", "continue", null],
    ]);
  });

  it("does not count what is used again before it is gone", async () => {
    const { cleaned } = await clean([anEntity("@account@empty", {})], [], ["@account@empty"]);
    expect(cleaned).toEqual({ emptyEntitiesRemoved: 0, orphanedLocksReleased: 0 });
  });

  it("does only what it is asked to [GR68]", async () => {
    const instances = [anEntity("@account@empty", {}), anEntity(A, { lockedBy: "gone" })];
    const { cleaned: emptied } = await clean(instances, [], [], { releaseLocks: false });
    expect(emptied).toEqual({ emptyEntitiesRemoved: 1, orphanedLocksReleased: 0 });
    const { cleaned: freed } = await clean(instances, [], [], { removeEmpty: false });
    expect(freed).toEqual({ emptyEntitiesRemoved: 0, orphanedLocksReleased: 1 });
  });

  const locked: SchedulerState = { lockedBy: "h", lockRequest: { id: "r1", lockset } };
  const released = { cleaned: { emptyEntitiesRemoved: 0, orphanedLocksReleased: 1 } };

  it.each([
    ["does not exist any more", []],
    ["has failed", [anInstance({ instanceId: "h", runtimeStatus: "Failed" })]],
  ])("releases a lock whose holder %s, naming the request", async (_, holders) => {
    const { cleaned, sent } = await clean([anEntity(A, locked), ...holders]);
    expect({ cleaned }).toEqual(released);
    expect(sent).toEqual([[A, "release", { parent: "h", id: "r1", forward: true }]]);
  });

  it("leaves a lock alone that its holder has", async () => {
    const holder = anInstance({ instanceId: "h", runtimeStatus: "Suspended" });
    const { sent } = await clean([anEntity(A, locked), holder], holding("r1"));
    expect(sent).toEqual([]);
  });

  it("releases a lock of an earlier execution of its holder, and not the one it has now", async () => {
    const holder = anInstance({ instanceId: "h", runtimeStatus: "Running" });
    const asked = { id: "r2", parent: "h", lockset, pos: 0 };
    const { cleaned, sent } = await clean([anEntity(A, { ...locked, queue: [asked] }), holder], holding("r2"));
    expect({ cleaned }).toEqual(released);
    expect(sent.map(([, , body]) => body)).toEqual([{ parent: "h", id: "r1", forward: true }]);
  });

  it("takes back the request of a holder that has ended while it waited", async () => {
    const queue = [{ id: "r1", parent: "h", lockset, pos: 0 }];
    const { sent } = await clean([anEntity(A, { queue })]);
    expect(sent).toEqual([[A, "release", { parent: "h", id: "r1", forward: true }]]);
  });

  it("judges a lock whose request it does not know by its holder's status", async () => {
    const entity = anEntity(A, { lockedBy: "h" });
    expect((await clean([entity, anInstance({ instanceId: "h", runtimeStatus: "Running" })])).sent).toEqual([]);
    const { sent } = await clean([entity, anInstance({ instanceId: "h", runtimeStatus: "Completed" })]);
    expect(sent).toEqual([[A, "release", { parent: "h", id: "fix-orphaned-lock", forward: true }]]);
  });
});
