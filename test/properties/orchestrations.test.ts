import * as fc from "fast-check";
import { arbitraryFreeProgram, arbitraryProgram } from "./arbitrary-programs";
import { effort, PROPERTY_TIMEOUT_MS } from "./effort";
import type { Cut } from "./life";
import { Model } from "./model";
import { comparable, endings, type Outcome } from "./outcome";
import type { Program } from "./program";
import { simulate } from "./simulation";
import { defectsOf } from "./well-formed";

jest.setTimeout(PROPERTY_TIMEOUT_MS);

const sorted = (all: readonly object[]) => all.map((each) => JSON.stringify(each)).toSorted();

function expectAsModelled(program: Program, outcome: Outcome): void {
  const expected = Model.run(program);
  expect(sorted(endings(outcome))).toEqual(sorted(expected.instances));
  expect(outcome.entities).toEqual(expected.entities);
  expect(outcome.executions.size).toBe(expected.activities);
}

const holds = (programs: number, property: (program: Program) => Promise<void>) =>
  fc.assert(fc.asyncProperty(arbitraryProgram, property), effort(programs));

describe("any orchestration", () => {
  it("comes to the result that the model gives, and executes each activity once", () =>
    holds(80, async (program) => {
      const outcome = await simulate(program);
      expectAsModelled(program, outcome);
      expect([...outcome.executions.values()].filter((times) => times !== 1)).toEqual([]);
    }));

  it("has the same history whether it is resident, replayed in each episode, or evicted again and again", () =>
    holds(30, async (program) => {
      const resident = comparable(await simulate(program));
      expect(comparable(await simulate(program, { mode: "replay" }))).toEqual(resident);
      expect(comparable(await simulate(program, { resident: 1 }))).toEqual(resident);
    }));

  it("has the same history when the process dies at every commit, once before it is saved and once after", () =>
    holds(6, async (program) => {
      const cut = (commit: number): Cut => (commit % 2 === 1 ? "before" : "after");
      const outcome = await simulate(program, { cut });
      expectAsModelled(program, outcome);
      expect(comparable(outcome)).toEqual(comparable(await simulate(program)));
    }));

  it("has the same history wherever the process dies, with the commit saved or not", () =>
    holds(3, async (program) => {
      const undisturbed = await simulate(program);
      for (let at = 1; at <= undisturbed.commits; at++) {
        for (const how of ["before", "after"] as const) {
          const outcome = await simulate(program, { cut: (commit) => (commit === at ? how : undefined) });
          expectAsModelled(program, outcome);
          expect(comparable(outcome)).toEqual(comparable(undisturbed));
        }
      }
    }));

  it("comes to the same result when activities end together, also if the process dies now and then", () =>
    fc.assert(
      fc.asyncProperty(arbitraryFreeProgram, fc.integer({ min: 2, max: 8 }), async (program, every) => {
        for (const how of [undefined, "before", "after"] as const) {
          const outcome = await simulate(program, { cut: (commit) => (commit % every === 0 ? how : undefined) });
          expectAsModelled(program, outcome);
          expect(outcome.instances.flatMap(defectsOf)).toEqual([]);
        }
      }),
      effort(10),
    ));
});
