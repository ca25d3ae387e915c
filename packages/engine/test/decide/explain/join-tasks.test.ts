import type { InspectedTask, Inspection, OpenTask, WorkDescription } from "@durable-host/engine";
import { awaitedEvents, joinInspection, joinWork } from "../../../src/decide/explain/join-tasks";
import { T0 } from "../events";

const work = (fields: Partial<WorkDescription> = {}): WorkDescription => ({
  pendingMessages: 0,
  timers: [],
  activities: [],
  ...fields,
});
const activity = (id: number): OpenTask => ({ type: "Activity", id, name: "ship", since: T0, attempt: 1 });
const timer = (id: number): OpenTask => ({ type: "Timer", id, since: T0, fireAt: T0 + 5 });

describe("open tasks and the store", () => {
  it("tells running activities from queued and answered ones", () => {
    const lock = { owner: "p1", since: T0, expiresAt: T0 + 60 };
    const activities = [
      { taskId: 0, deliveries: 2, lock },
      { taskId: 1, deliveries: 1, notBefore: T0 + 9 },
    ];
    expect(joinWork([activity(0), activity(1), activity(2)], work({ activities }))).toMatchObject([
      { id: 0, progress: { state: "running", deliveries: 2, lock } },
      { id: 1, progress: { state: "queued", deliveries: 1, notBefore: T0 + 9 } },
      { id: 2, progress: { state: "answered" } },
    ]);
  });

  it("leaves out timers that were cancelled", () => {
    expect(joinWork([timer(0), timer(1)], work({ timers: [1] }))).toEqual([timer(1)]);
  });

  it("changes nothing where the store does not tell", () => {
    expect(joinWork([activity(0), timer(1)], undefined)).toEqual([activity(0), timer(1)]);
  });
});

describe("open tasks and the code", () => {
  const inspected = (fields: Partial<InspectedTask>): InspectedTask => ({
    kind: "Activity",
    name: "ship",
    ids: [],
    awaited: true,
    ...fields,
  });
  const inspection = (...tasks: InspectedTask[]): Inspection => ({ tasks });

  it("says where a task is asked for and whether the code waits for it, also for a later attempt", () => {
    const position = "src/orchestrators/order.ts:12:5";
    const code = inspection(
      inspected({ ids: [0, 1, 2], position }),
      inspected({ kind: "Timer", name: "", ids: [3], awaited: false }),
      inspected({ kind: "Http", name: "GET http://localhost/", ids: [4] }),
    );
    expect(joinInspection([activity(2), timer(3), activity(4), activity(5)], code)).toEqual([
      { ...activity(2), awaited: true, position },
      { ...timer(3), awaited: false },
      { ...activity(4), awaited: true, http: "GET http://localhost/" },
      activity(5),
    ]);
  });

  it("knows the external events that are waited for", () => {
    const code = inspection(
      inspected({ kind: "ExternalEvent", name: "Approval", position: "a.ts:1:1" }),
      inspected({ kind: "ExternalEvent", name: "Cancel" }),
      inspected({ kind: "ExternalEvent", name: "Arrived", awaited: false }),
      inspected({}),
    );
    expect(awaitedEvents(code)).toEqual([
      { type: "ExternalEvent", name: "Approval", position: "a.ts:1:1" },
      { type: "ExternalEvent", name: "Cancel" },
    ]);
    expect(awaitedEvents(undefined)).toEqual([]);
  });
});
