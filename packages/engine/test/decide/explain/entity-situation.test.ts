import type { CriticalSectionWait, HistoryEvent, InstanceState } from "@durable-host/engine";
import { criticalSectionProgress, entitySituation, explainEntity } from "../../../src/decide/explain/entity-situation";
import { anInstance, raised, T0 } from "../events";

const lockset = ["a", "b"].map((key) => ({ name: "stock", key }));

function anEntity(key: string, scheduler: object): InstanceState {
  return anInstance({ instanceId: `@stock@${key}`, runtimeStatus: "Running", input: JSON.stringify(scheduler) });
}

const lockedFor = (id: string, lockedBy: string) => ({ exists: true, lockedBy, lockRequest: { id, lockset } });

describe("the situation of an entity", () => {
  it("is its state, its queue and its lock", () => {
    const queue = [{ id: "r1", op: "get" }];
    expect(entitySituation(anEntity("a", { exists: true, state: "5", queue }))).toEqual({
      exists: true,
      queueLength: 1,
    });
    expect(entitySituation(anEntity("a", lockedFor("r9", "o1")))).toEqual({
      exists: true,
      queueLength: 0,
      lockedBy: "o1",
    });
    expect(entitySituation(undefined)).toEqual({ exists: false, queueLength: 0 });
  });
});

describe("the progress of a lock request", () => {
  const wait: CriticalSectionWait = {
    type: "CriticalSection",
    id: 0,
    since: T0,
    requestId: "r1",
    entities: ["@stock@a", "@stock@b"],
    acquired: [],
  };

  it("names the entity that holds it up, and who holds that one", () => {
    const entities = [anEntity("a", lockedFor("r1", "i1")), anEntity("b", lockedFor("r2", "o1"))];
    expect(criticalSectionProgress(wait, entities)).toMatchObject({
      acquired: ["@stock@a"],
      heldUpBy: { entity: "@stock@b", lockedBy: "o1", exists: true },
    });
  });

  it("is still on its way to an entity that is free, or not there", () => {
    expect(criticalSectionProgress(wait, [undefined, undefined])).toEqual({
      ...wait,
      heldUpBy: { entity: "@stock@a", exists: false, queueLength: 0 },
    });
  });

  it("tells an earlier section of the same instance from this one", () => {
    const entities = [anEntity("a", lockedFor("r0", "i1")), undefined];
    expect(criticalSectionProgress(wait, entities).heldUpBy).toMatchObject({ entity: "@stock@a", lockedBy: "i1" });
  });

  it("is held up by nothing once all are locked", () => {
    const entities = ["a", "b"].map((key) => anEntity(key, lockedFor("r1", "i1")));
    expect(criticalSectionProgress(wait, entities)).toEqual({ ...wait, acquired: wait.entities });
  });
});

describe("an entity's lock", () => {
  const request: HistoryEvent = {
    type: "EventSent",
    timestamp: T0 + 1,
    eventId: 0,
    instanceId: "@stock@a",
    name: "op",
    input: JSON.stringify({ id: "r1", parent: "o1", lockset }),
  };

  it("is held since its section was entered, or at least asked for", () => {
    const entity = anEntity("a", lockedFor("r1", "o1"));
    expect(explainEntity(entity, [request]).lockedSince).toBe(T0 + 1);
    const granted = { ...raised("r1"), timestamp: T0 + 7 };
    expect(explainEntity(entity, [request, granted]).lockedSince).toBe(T0 + 7);
    expect(explainEntity(entity, [])).toEqual({ exists: true, queueLength: 0, lockedBy: "o1" });
  });
});
