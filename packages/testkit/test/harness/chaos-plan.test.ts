import { planFaults, seededRandom, type Fault, type PlanOptions } from "../../src/harness/chaos-plan";

function first(count: number, options: PlanOptions): Fault[] {
  const faults: Fault[] = [];
  for (const fault of planFaults(options)) if (faults.push(fault) === count) break;
  return faults;
}

describe("a plan of faults", () => {
  it("is the same for the same seed and another for another", () => {
    expect(first(50, { seed: 7 })).toEqual(first(50, { seed: 7 }));
    expect(first(50, { seed: 7 })).not.toEqual(first(50, { seed: 8 }));
  });

  it("has all kinds of faults, unless told which", () => {
    const kinds = new Set(first(200, { seed: 1 }).map(({ kind }) => kind));
    expect([...kinds].toSorted()).toEqual(["cut", "delay", "halfClose", "loseAnswers", "refuse", "stall"]);

    const some = new Set(first(200, { seed: 1, kinds: ["cut", "stall"] }).map(({ kind }) => kind));
    expect([...some].toSorted()).toEqual(["cut", "stall"]);
  });

  it("keeps to its limits", () => {
    const faults = first(500, { seed: 3, meanPeaceMs: 100, longestFaultMs: 50 });

    expect(Math.max(...faults.map(({ afterMs }) => afterMs))).toBeLessThan(200);
    expect(Math.max(...faults.map(({ forMs }) => forMs))).toBeLessThanOrEqual(50);
    expect(Math.min(...faults.map(({ connections }) => connections))).toBe(1);
    for (const { kind, forMs } of faults) if (kind === "cut" || kind === "halfClose") expect(forMs).toBe(0);
  });
});

describe("seeded random numbers", () => {
  it("spread evenly between 0 and 1", () => {
    const random = seededRandom(42);
    const buckets = Array.from({ length: 10 }, () => 0);
    for (let i = 0; i < 10_000; i++) {
      const bucket = Math.floor(random() * 10);
      buckets[bucket] = (buckets[bucket] ?? 0) + 1;
    }

    expect(Math.min(...buckets)).toBeGreaterThan(900);
    expect(Math.max(...buckets)).toBeLessThan(1100);
  });
});
