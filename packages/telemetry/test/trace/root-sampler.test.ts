import { createHash } from "node:crypto";
import { rootSampler } from "../../src/trace/root-sampler";

const IDS = Array.from({ length: 400 }, (_, index) =>
  createHash("sha256").update(String(index)).digest("hex").slice(0, 32),
);

function kept(name: string, argument = ""): { readonly share: number; readonly warnings: readonly string[] } {
  const warnings: string[] = [];
  const sampler = rootSampler(name, argument, (message) => warnings.push(message));
  return { share: IDS.filter(sampler).length / IDS.length, warnings };
}

describe("OTEL_TRACES_SAMPLER", () => {
  it.each([
    ["", 1],
    ["always_on", 1],
    ["parentbased_always_on", 1],
    ["always_off", 0],
    ["ParentBased_Always_Off", 0],
  ])("%s records all or nothing", (name, share) => {
    expect(kept(name)).toEqual({ share, warnings: [] });
  });

  it("traceidratio records that part of all traces, the same ones each time", () => {
    expect(kept("traceidratio", "0").share).toBe(0);
    expect(kept("traceidratio", "1").share).toBe(1);
    expect(Math.abs(kept("parentbased_traceidratio", "0.25").share - 0.25)).toBeLessThan(0.08);
    const [one, other] = [rootSampler("traceidratio", "0.5", fail), rootSampler("traceidratio", "0.5", fail)];
    expect(IDS.map(one)).toEqual(IDS.map(other));
  });

  it.each([
    ["traceidratio", "much", "OTEL_TRACES_SAMPLER_ARG"],
    ["traceidratio", "2", "OTEL_TRACES_SAMPLER_ARG"],
    ["jaeger_remote", "", "jaeger_remote"],
  ])("%s %s is told of, and records all", (name, argument, told) => {
    const { share, warnings } = kept(name, argument);
    expect(share).toBe(1);
    expect(warnings).toEqual([expect.stringContaining(told)]);
  });
});

function fail(message: string): never {
  throw new Error(message);
}
