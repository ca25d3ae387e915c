/** What `logging.applicationInsights.samplingSettings` of host.json asks for. Percentages from 0 to 100. */
export interface SamplingSettings {
  readonly maxItemsPerSecond: number;
  readonly evaluationIntervalMs: number;
  readonly initialPercentage: number;
  readonly minPercentage: number;
  readonly maxPercentage: number;
}

/**
 * Keeps the rate of what is exported near a maximum. Whole traces are kept or dropped, as far as the percentage stays the same:
 * a trace is kept if its id, read as a number, lies in the part that is kept.
 */
export class AdaptiveSampler {
  readonly #settings: SamplingSettings;
  readonly #now: () => number;
  #percentage: number;
  #seen = 0;
  #since: number;

  /** @param now milliseconds, from anywhere */
  constructor(settings: SamplingSettings, now: () => number) {
    this.#settings = settings;
    this.#now = now;
    this.#percentage = settings.initialPercentage;
    this.#since = now();
  }

  /** The percentage an item is kept with, of which each stands for its part of all; undefined: it is dropped. */
  keep(traceId: string): number | undefined {
    this.#adjust();
    this.#seen++;
    return positionOf(traceId) * 100 < this.#percentage ? this.#percentage : undefined;
  }

  #adjust(): void {
    const elapsed = this.#now() - this.#since;
    const { evaluationIntervalMs, maxItemsPerSecond, minPercentage, maxPercentage } = this.#settings;
    if (elapsed < evaluationIntervalMs) return;
    const perSecond = (this.#seen * 1000) / elapsed;
    const wanted = perSecond === 0 ? maxPercentage : (100 * maxItemsPerSecond) / perSecond;
    this.#percentage = Math.min(maxPercentage, Math.max(minPercentage, wanted));
    this.#seen = 0;
    this.#since = this.#now();
  }
}

/** Where an id stands among all, from 0 to 1. */
export function positionOf(traceId: string): number {
  return Number.parseInt(traceId.slice(-13), 16) / 16 ** 13;
}
