import * as fc from "fast-check";
import { isTerminal } from "@durable-host/engine";
import { arbitraryProgram } from "./arbitrary-programs";
import { effort, PROPERTY_TIMEOUT_MS } from "./effort";
import type { Cut, Life } from "./life";
import { Model } from "./model";
import { endings } from "./outcome";
import { simulate, type Interference } from "./simulation";
import { defectsOf } from "./well-formed";

jest.setTimeout(PROPERTY_TIMEOUT_MS);

const sorted = (all: readonly object[]) => all.map((each) => JSON.stringify(each)).toSorted();

type Deed = "suspend" | "resume" | "terminate" | "terminateRecursively" | "raise a" | "raise b" | "signal";

interface Disturbance {
  readonly at: number;
  readonly deeds: readonly Deed[];
  readonly child: number | undefined;
}

/** Deeds at one instant are done one right after the other, so that several of them may meet in one episode. */
const disturbance: fc.Arbitrary<Disturbance> = fc.record({
  at: fc.integer({ min: 0, max: 2_000 }),
  deeds: fc.array(
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom<Deed>("suspend", "resume") },
      { weight: 3, arbitrary: fc.constantFrom<Deed>("raise a", "raise b", "signal") },
      { weight: 1, arbitrary: fc.constantFrom<Deed>("terminate", "terminateRecursively") },
    ),
    { minLength: 1, maxLength: 4 },
  ),
  child: fc.option(fc.nat(9), { nil: undefined, freq: 2 }),
});

/** Does it to the root, or to the child of this number among those there are. Refusals are answers, too. */
async function disturb({ hub }: Life, { deeds, child }: Disturbance): Promise<void> {
  const { instances } = await hub.queryInstances({ kind: "orchestration", top: 1_000 });
  const target = child === undefined ? "root" : (instances[child % instances.length]?.instanceId ?? "root");
  await Promise.allSettled(deeds.map((deed) => act(deed)));

  function act(deed: Deed): Promise<unknown> {
    switch (deed) {
      case "suspend":
      case "resume":
        return hub[deed](target, "property");
      case "terminate":
        return hub.terminate(target, "property");
      case "terminateRecursively":
        return hub.terminate(target, "property", { recursive: true });
      case "raise a":
      case "raise b":
        return hub.raiseEvent(target, deed.slice(-1), '"disturbance"');
      case "signal":
        return hub.signalEntity({ name: "counter", key: "shared-0" }, "add", "1000");
    }
  }
}

/** In the end everything is resumed, and what still does not end, because its events came too early, is terminated. */
const settling: readonly Interference[] = [
  { at: 200_000, act: (life) => onAll(life, (id) => life.hub.resume(id, "end")) },
  { at: 400_000, act: (life) => onAll(life, (id) => life.hub.terminate(id, "end")) },
];

async function onAll({ hub }: Life, act: (instanceId: string) => Promise<unknown>): Promise<void> {
  const { instances } = await hub.queryInstances({ kind: "orchestration", top: 1_000 });
  await Promise.allSettled(instances.map(({ instanceId }) => act(instanceId)));
}

const cuts: fc.Arbitrary<ReadonlyMap<number, Cut>> = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 40 }), fc.constantFrom<Cut>("before", "after")), { maxLength: 3 })
  .map((entries) => new Map(entries));

describe("an orchestration that is interfered with at random", () => {
  it("keeps a well-formed history that says what its status says, and ends", () =>
    fc.assert(
      fc.asyncProperty(
        arbitraryProgram,
        fc.array(disturbance, { minLength: 1, maxLength: 6 }),
        cuts,
        async (program, disturbances, deaths) => {
          const interference = disturbances.map((each): Interference => ({
            at: each.at,
            act: (life) => disturb(life, each),
          }));
          const outcome = await simulate(program, {
            mode: "verify",
            interference: [...interference, ...settling],
            cut: (commit) => deaths.get(commit),
          });
          expect(outcome.instances.flatMap(defectsOf)).toEqual([]);
          expect(outcome.instances.filter(({ instance }) => !isTerminal(instance.runtimeStatus))).toEqual([]);
        },
      ),
      effort(30),
    ));

  it("comes to the same results when it is suspended and resumed within an instant", () =>
    fc.assert(
      fc.asyncProperty(arbitraryProgram, fc.array(fc.nat(1_000), { maxLength: 8 }), async (program, instants) => {
        const interference = instants.flatMap((at): Interference[] => [
          { at, act: (life) => onAll(life, (id) => life.hub.suspend(id, "property")) },
          { at, act: (life) => onAll(life, (id) => life.hub.resume(id, "property")) },
        ]);
        const outcome = await simulate(program, { mode: "verify", interference });
        expect(outcome.instances.flatMap(defectsOf)).toEqual([]);
        expect(sorted(endings(outcome))).toEqual(sorted(Model.run(program).instances));
      }),
      effort(25),
    ));
});
