import { findNonDeterminism } from "../../src/decide/check-determinism";
import { aStart, begun, done, scheduled } from "./events";

const history = [begun(), aStart(), scheduled(0, "charge"), done()];
const activity = (name: string) => [{ type: "ScheduleActivity", id: 0, name, input: null }] as const;

describe("comparing a replay with history", () => {
  it("finds nothing when the same is asked for, whatever the case of the name", () => {
    expect(findNonDeterminism(history, activity("Charge"))).toBeUndefined();
  });

  it("names position, what was and what is", () => {
    expect(findNonDeterminism(history, activity("refund"))).toMatch(
      /A previous execution of this orchestration scheduled an activity task named 'charge' with sequence ID 0.*named 'refund'/,
    );
  });

  it("notices another kind of action, and none at all", () => {
    expect(findNonDeterminism(history, [{ type: "CreateTimer", id: 0, fireAt: 0 }])).toContain(
      "it asked for a timer task",
    );
    expect(findNonDeterminism(history, [])).toContain("it asked for nothing");
  });
});
