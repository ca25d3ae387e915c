import type { InspectedTask } from "@durable-host/engine";
import { describeNonDeterminism, findNonDeterminism } from "../../src/decide/check-determinism";
import { aStart, begun, done, scheduled } from "./events";

const history = [begun(), aStart(), scheduled(0, "charge"), done()];
const activity = (name: string) => [{ type: "ScheduleActivity", id: 0, name, input: null }] as const;

function task(fields: Partial<InspectedTask>): InspectedTask {
  return { kind: "Activity", name: "refund", ids: [0], awaited: true, ...fields };
}

describe("comparing a replay with history", () => {
  it("finds nothing when the same is asked for, whatever the case of the name", () => {
    expect(findNonDeterminism(history, activity("Charge"))).toBeUndefined();
  });

  it("names position, what was and what is", () => {
    expect(findNonDeterminism(history, activity("refund"))).toEqual({
      expected: { id: 0, what: "an activity task", name: "charge" },
      found: { id: 0, what: "an activity task", name: "refund" },
    });
  });

  it("notices another kind of action, and none at all", () => {
    const timer = [{ type: "CreateTimer", id: 0, fireAt: 0 }] as const;
    expect(findNonDeterminism(history, timer)?.found).toEqual({ id: 0, what: "a timer task", name: "" });
    expect(findNonDeterminism(history, [])?.found).toBeUndefined();
  });

  it("compares the target of an event where history tells it", () => {
    const sent = (instanceId: string) =>
      [{ type: "EventSent", timestamp: 0, eventId: 0, instanceId, name: "go", input: null }] as const;
    const asked = [{ type: "SendEvent", id: 0, instanceId: "@lamp@b", name: "go", input: null }] as const;
    expect(findNonDeterminism(sent("@Lamp@b"), asked)).toBeUndefined();
    expect(findNonDeterminism(sent(""), asked)).toBeUndefined();
    const difference = findNonDeterminism(sent("@lamp@a"), asked);
    expect(difference).toMatchObject({ expected: { name: "go", target: "@lamp@a" } });
    expect(difference && describeNonDeterminism(difference, undefined)).toContain(
      "scheduled an event named 'go to @lamp@a' with sequence ID 0, but when its code was replayed it asked for an event named 'go to @lamp@b'",
    );
  });

  it("names the first of several", () => {
    const longer = [begun(), aStart(), scheduled(0, "a"), scheduled(1, "b"), scheduled(2, "c"), done()];
    expect(findNonDeterminism(longer, activity("a"))?.expected.name).toBe("b");
  });
});

describe("describing what differs", () => {
  const expected = { id: 0, what: "an activity task", name: "charge" };

  it("says what was expected, what came instead, and where the code asks for it", () => {
    const found = { id: 0, what: "an activity task", name: "refund" };
    const inspection = { tasks: [task({ position: "src/pay.ts:3:9" })] };
    expect(describeNonDeterminism({ expected, found }, undefined, inspection)).toMatch(
      /^Non-deterministic orchestrator: A previous execution of this orchestration scheduled an activity task named 'charge' with sequence ID 0, but when its code was replayed it asked for an activity task named 'refund' at that position \(src\/pay\.ts:3:9\)\. /,
    );
  });

  it("does without positions it is not given", () => {
    const found = { id: 0, what: "a timer task", name: "" };
    expect(describeNonDeterminism({ expected, found }, undefined)).toContain(
      "asked for a timer task at that position. ",
    );
  });

  it("says what the code waits for when it has asked for nothing", () => {
    const tasks = [
      task({ kind: "ExternalEvent", name: "paid", ids: [], position: "src/pay.ts:4:1" }),
      task({ awaited: false }),
      task({ kind: "Timer", name: "" }),
    ];
    expect(describeNonDeterminism({ expected }, undefined, { tasks })).toContain(
      "it asked for nothing at that position: it waited for the external event 'paid' (src/pay.ts:4:1), a timer. ",
    );
  });

  it("names three of many tasks", () => {
    const tasks = ["a", "b", "c", "d", "e"].map((name) => task({ name }));
    expect(describeNonDeterminism({ expected }, undefined, { tasks })).toContain("the activity 'c', 2 more. ");
  });

  it.each([
    [{ type: "Completed", output: "1" } as const, "it had completed"],
    [{ type: "ContinuedAsNew", input: "1" } as const, "it had continued as new"],
    [{ type: "Failed", output: "no stock" } as const, "it had failed (no stock)"],
    [undefined, "it waited for something else"],
  ])("says how the code had ended (%j)", (completion, text) => {
    expect(describeNonDeterminism({ expected }, completion)).toContain(text);
  });
});
