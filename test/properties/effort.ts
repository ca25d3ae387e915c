/** Seed of all properties unless the environment says otherwise; a failing run prints seed and path. */
const SEED = 20_300_101;

/** How the properties are run: `PROPERTY_RUNS` multiplies the number of programs, `PROPERTY_SEED` chooses others. */
export function effort(programs: number): { readonly seed: number; readonly numRuns: number } {
  const factor = Number(process.env["PROPERTY_RUNS"] ?? 1);
  return { seed: Number(process.env["PROPERTY_SEED"] ?? SEED), numRuns: Math.ceil(programs * factor) };
}

/** Milliseconds a property may take: normally seconds, but a longer run or a shrinking one takes its time. */
export const PROPERTY_TIMEOUT_MS = 3_600_000;
