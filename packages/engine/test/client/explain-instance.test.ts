import type {
  Episode,
  HistoryEvent,
  InstanceExplanation,
  InstanceState,
  Inspection,
  WorkDescription,
} from "@durable-host/engine";
import { ManualClock } from "@durable-host/testkit";
import { explainInstance, type ExplainingParts } from "../../src/client/explain-instance";
import { anInstance, aStart, begun, done, raised, scheduled, T0 } from "../decide/events";

type Executor = NonNullable<ExplainingParts["executor"]>;

/** A store of plain maps. */
class Stored {
  readonly instances = new Map<string, InstanceState>();
  readonly histories = new Map<string, readonly HistoryEvent[]>();
  readonly work = new Map<string, WorkDescription>();
  readonly clock = new ManualClock(T0 + 60_000);
  lookUps = 0;

  add(
    fields: Partial<InstanceState>,
    history: readonly HistoryEvent[] = [],
    work: Partial<WorkDescription> = {},
  ): this {
    const instance = anInstance({ runtimeStatus: "Running", ...fields });
    this.instances.set(instance.instanceId, instance);
    this.histories.set(instance.instanceId, history);
    this.work.set(instance.instanceId, { pendingMessages: 0, timers: [], activities: [], ...work });
    return this;
  }

  explain(more: Partial<ExplainingParts> = {}, instanceId = "i1"): Promise<InstanceExplanation | undefined> {
    const provider: ExplainingParts["provider"] = {
      getInstance: async (id) => {
        this.lookUps++;
        return this.instances.get(id);
      },
      readHistory: async (id) => this.histories.get(id) ?? [],
      describeWork: async (id) => this.work.get(id),
    };
    return explainInstance({ provider, clock: this.clock, ...more }, instanceId);
  }
}

const knowsAll: Executor = { knows: () => true };
const lock = { owner: "p1", since: T0, expiresAt: T0 + 60_000 };

const sent = (eventId: number, instanceId: string, request: object): HistoryEvent => ({
  type: "EventSent",
  timestamp: T0,
  eventId,
  instanceId,
  name: "op",
  input: JSON.stringify({ id: `r${eventId}`, parent: "i1", ...request }),
});

const call = (eventId: number, instanceId: string): HistoryEvent => sent(eventId, instanceId, { op: "get" });

const child = (eventId: number): HistoryEvent => ({
  type: "SubOrchestrationCreated",
  timestamp: T0,
  eventId,
  name: "child",
  instanceId: `c${eventId}`,
  input: null,
});

describe("an explanation", () => {
  it("is there for instances that exist", async () => {
    expect(await new Stored().explain()).toBeUndefined();
  });

  it("joins history and store: what is open, who executes it, who has the lock", async () => {
    const activities = [{ taskId: 0, deliveries: 1, lock }];
    const stored = new Stored().add({}, [begun(), aStart(), scheduled(0, "charge"), done()], { lock, activities });
    expect(await stored.explain()).toEqual({
      at: T0 + 60_000,
      instance: stored.instances.get("i1"),
      waitsFor: [
        {
          type: "Activity",
          id: 0,
          name: "charge",
          since: T0,
          attempt: 1,
          progress: { state: "running", deliveries: 1, lock },
        },
      ],
      lock,
      lockKnown: true,
      codeHasEnded: false,
    });
  });

  it("looks up how children and entities fare, but not thousands of them", async () => {
    const many = Array.from({ length: 300 }, (_, index) => child(index + 2));
    const stored = new Stored()
      .add({}, [aStart(), child(0), call(1, "@stock@a"), ...many])
      .add({ instanceId: "c0", runtimeStatus: "Suspended" })
      .add({ instanceId: "@stock@a", input: '{"exists":true,"lockedBy":"o1","lockRequest":{"id":"r","lockset":[]}}' });
    const { waitsFor = [] } = (await stored.explain()) ?? {};
    expect(waitsFor.slice(0, 3)).toMatchObject([
      { type: "SubOrchestration", instanceId: "c0", runtimeStatus: "Suspended" },
      { type: "EntityCall", situation: { exists: true, lockedBy: "o1", queueLength: 0 } },
      { type: "SubOrchestration", instanceId: "c2", runtimeStatus: "NotFound" },
    ]);
    expect(waitsFor).toHaveLength(302);
    expect(waitsFor.at(-1)).not.toHaveProperty("runtimeStatus");
    expect(stored.lookUps).toBe(101);
  });

  it("does without what a store does not tell", async () => {
    const provider: ExplainingParts["provider"] = {
      getInstance: async () => anInstance({ runtimeStatus: "Running" }),
      readHistory: async () => [aStart(), scheduled(0)],
    };
    const explanation = await explainInstance({ provider, clock: new ManualClock(T0) }, "i1");
    expect(explanation).toMatchObject({ lockKnown: false, waitsFor: [{ type: "Activity" }] });
    expect(explanation).not.toHaveProperty("lock");
  });

  it("does not read the history of an instance that has ended", async () => {
    const stored = new Stored().add({ runtimeStatus: "Failed", output: "no" }, [aStart(), scheduled(0)]);
    expect(await stored.explain()).toMatchObject({ waitsFor: [], instance: { output: "no" } });
  });
});

describe("an explanation with a look at the code", () => {
  const history = [begun(), aStart({ version: "1" }), scheduled(0), done()];
  const inspection: Inspection = {
    tasks: [
      { kind: "ExternalEvent", name: "Approval", ids: [], awaited: true, position: "src/order.ts:3:1" },
      { kind: "Activity", name: "work", ids: [0], awaited: false, position: "src/order.ts:2:1" },
    ],
  };

  it("names awaited events and where things are asked for", async () => {
    const episodes: Episode[] = [];
    const inspectOrchestration = async (episode: Episode) => {
      episodes.push(episode);
      return inspection;
    };
    const explanation = await new Stored()
      .add({}, history)
      .explain({ executor: { ...knowsAll, inspectOrchestration } });
    expect(explanation?.waitsFor).toMatchObject([
      { type: "ExternalEvent", name: "Approval", position: "src/order.ts:3:1" },
      { type: "Activity", position: "src/order.ts:2:1", awaited: false },
    ]);
    expect(episodes).toMatchObject([
      { instanceId: "i1", executionId: "e1", name: "order", version: "1", newEvents: [] },
    ]);
    expect(await episodes[0]?.loadPastEvents()).toEqual(history);
  });

  it("says that the code has ended while its tasks have not", async () => {
    const completion = { type: "Completed", output: null } as const;
    const executor = { ...knowsAll, inspectOrchestration: async () => ({ tasks: [], completion }) };
    expect(await new Stored().add({}, history).explain({ executor })).toMatchObject({ codeHasEnded: true });
  });

  it("does without an answer that fails, or does not come in time", async () => {
    const failing = { ...knowsAll, inspectOrchestration: () => Promise.reject(new Error("the worker has gone")) };
    expect((await new Stored().add({}, history).explain({ executor: failing }))?.waitsFor).toHaveLength(1);

    const stored = new Stored().add({}, history);
    let signal: AbortSignal | undefined;
    const hanging = {
      ...knowsAll,
      inspectOrchestration(_: Episode, given: AbortSignal) {
        signal = given;
        queueMicrotask(() => stored.clock.advance(10_000));
        return new Promise<Inspection>(() => undefined);
      },
    };
    expect((await stored.explain({ executor: hanging }))?.waitsFor).toHaveLength(1);
    expect(signal?.aborted).toBe(true);
  });

  it("does not have a history replayed that is so long that other work would suffer", async () => {
    const long = [aStart(), ...Array.from({ length: 10_000 }, () => raised("tick")), scheduled(0)];
    const executor = { ...knowsAll, inspectOrchestration: async () => inspection };
    expect((await new Stored().add({}, long).explain({ executor }))?.waitsFor).toMatchObject([{ type: "Activity" }]);
  });

  it("does not ask code that this host does not have, or has in another version", async () => {
    const inspectOrchestration = () => Promise.reject(new Error("asked"));
    const unknown = { knows: () => false, inspectOrchestration };
    expect((await new Stored().add({}, history).explain({ executor: unknown }))?.waitsFor[0]).toEqual({
      type: "UnknownFunction",
      name: "order",
    });
    const versions = { match: "Strict", onMismatch: "Reject" } as const;
    const other = { executor: { ...knowsAll, inspectOrchestration }, versions, defaultVersion: "1" };
    expect((await new Stored().add({ version: "2" }, history).explain(other))?.waitsFor[0]).toEqual({
      type: "Version",
      version: "2",
      hostVersion: "1",
      strategy: "Strict",
    });
  });

  it("sees no obstacle in a version that is executed, or failed", async () => {
    for (const versions of [
      { match: "None", onMismatch: "Reject" },
      { match: "Strict", onMismatch: "Fail" },
    ] as const) {
      const explanation = await new Stored().add({ version: "2" }, history).explain({ versions, defaultVersion: "1" });
      expect(explanation?.waitsFor).toMatchObject([{ type: "Activity" }]);
    }
  });
});

describe("the explanation of an entity", () => {
  it("names the holder of its lock, since when, and what waits for it", async () => {
    const lockRequest = { id: "r1", lockset: [{ name: "stock", key: "a" }] };
    const scheduler = { exists: true, lockedBy: "o1", lockRequest, queue: [{ id: "r2", op: "get" }] };
    const request = sent(0, "@stock@a", { parent: "o1", ...lockRequest });
    const stored = new Stored()
      .add({ instanceId: "@stock@a", name: "@stock@a", input: JSON.stringify(scheduler) }, [], { pendingMessages: 1 })
      .add({ instanceId: "o1" }, [request, { ...raised("r1"), timestamp: T0 + 7 }]);
    expect(await stored.explain({ executor: knowsAll }, "@stock@a")).toMatchObject({
      entity: { exists: true, queueLength: 1, lockedBy: "o1", lockedSince: T0 + 7 },
      waitsFor: [
        { type: "Messages", count: 1 },
        { type: "Release", lockedBy: "o1", since: T0 + 7 },
      ],
    });
  });

  it("names the function that the app does not have", async () => {
    const stored = new Stored().add({ instanceId: "@stock@a@b", name: "@stock@a@b", input: null });
    const explanation = await stored.explain({ executor: { knows: () => false } }, "@stock@a@b");
    expect(explanation?.waitsFor).toEqual([{ type: "UnknownFunction", name: "stock" }]);
  });
});
