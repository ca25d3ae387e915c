import { randomBytes } from "node:crypto";
import { AdaptiveSampler } from "../../src/export/adaptive-sampler";

const SETTINGS = {
  maxItemsPerSecond: 20,
  evaluationIntervalMs: 15_000,
  initialPercentage: 100,
  minPercentage: 0.1,
  maxPercentage: 100,
};
const traceId = () => randomBytes(16).toString("hex");

let now = 0;
beforeEach(() => (now = 0));

function keptOf(sampler: AdaptiveSampler, perSecond: number, seconds: number): number {
  let kept = 0;
  for (let item = 0; item < perSecond * seconds; item++) {
    now += 1000 / perSecond;
    if (sampler.keep(traceId()) !== undefined) kept++;
  }
  return kept;
}

describe("adaptive sampling", () => {
  it("keeps everything while there is little", () => {
    const sampler = new AdaptiveSampler(SETTINGS, () => now);
    expect(keptOf(sampler, 10, 60)).toBe(600);
  });

  it("keeps about as many items per second as are wanted when there is much, and all again afterwards", () => {
    const sampler = new AdaptiveSampler(SETTINGS, () => now);
    keptOf(sampler, 400, 16);
    const perSecond = keptOf(sampler, 400, 30) / 30;
    expect(perSecond).toBeGreaterThan(15);
    expect(perSecond).toBeLessThan(25);
    keptOf(sampler, 1, 31);
    expect(keptOf(sampler, 1, 10)).toBe(10);
  });

  it("keeps or drops a trace as a whole, and says for how many each item stands", () => {
    const sampler = new AdaptiveSampler({ ...SETTINGS, initialPercentage: 50 }, () => 0);
    const ids = Array.from({ length: 200 }, traceId);
    const first = ids.map((id) => sampler.keep(id));
    expect(ids.map((id) => sampler.keep(id))).toEqual(first);
    expect(new Set(first)).toEqual(new Set([50, undefined]));
  });

  it("stays within its bounds", () => {
    const sampler = new AdaptiveSampler(
      { ...SETTINGS, minPercentage: 30, maxPercentage: 30, initialPercentage: 30 },
      () => now,
    );
    keptOf(sampler, 1000, 31);
    const share = keptOf(sampler, 1000, 5) / 5000;
    expect(Math.abs(share - 0.3)).toBeLessThan(0.05);
  });
});
