/** Labels of a series, by name. */
export type Labels = Readonly<Record<string, string>>;

export interface NumberPoint {
  readonly labels: Labels;
  readonly value: number;
}

export interface HistogramPoint {
  readonly labels: Labels;
  /** One more than there are boundaries: the last counts what lies above all of them. */
  readonly counts: readonly number[];
  readonly sum: number;
  readonly count: number;
}

/** A metric as it is at a moment. */
export type MetricSnapshot = MetricDescription &
  (
    | { readonly type: "counter" | "gauge"; readonly points: readonly NumberPoint[] }
    | { readonly type: "histogram"; readonly boundaries: readonly number[]; readonly points: readonly HistogramPoint[] }
  );

export interface MetricDescription {
  readonly name: string;
  readonly help: string;
  /** `s`, `By`, or `1` for plain numbers. */
  readonly unit: string;
}

/** Label values that are kept apart for one metric; further ones are counted together. */
const MOST_SERIES = 1000;
const OTHER = "(other)";

/** The series of one metric, made as they are needed. */
class Series<Value> {
  readonly #names: readonly string[];
  readonly #make: () => Value;
  readonly #byKey = new Map<string, { readonly labels: Labels; readonly value: Value }>();

  constructor(names: readonly string[], make: () => Value) {
    this.#names = names;
    this.#make = make;
  }

  of(values: readonly string[]): Value {
    const key = values.length === 1 ? (values[0] ?? "") : values.join("\u0000");
    const known = this.#byKey.get(key);
    if (known) return known.value;
    if (this.#byKey.size >= MOST_SERIES && !values.includes(OTHER)) return this.of(values.map(() => OTHER));
    const labels = Object.fromEntries(this.#names.map((name, index) => [name, values[index] ?? ""]));
    const value = this.#make();
    this.#byKey.set(key, { labels, value });
    return value;
  }

  all(): readonly { readonly labels: Labels; readonly value: Value }[] {
    return [...this.#byKey.values()];
  }
}

/** A number that only rises. */
export class Counter {
  readonly #series: Series<{ value: number }>;

  constructor(
    readonly description: MetricDescription,
    labelNames: readonly string[],
  ) {
    this.#series = new Series(labelNames, () => ({ value: 0 }));
  }

  add(value: number, ...labels: readonly string[]): void {
    this.#series.of(labels).value += value;
  }

  snapshot(): MetricSnapshot {
    const points = this.#series.all().map(({ labels, value }) => ({ labels, value: value.value }));
    return { ...this.description, type: "counter", points };
  }
}

/** How values are distributed. */
export class Histogram {
  readonly #boundaries: readonly number[];
  readonly #series: Series<{ counts: number[]; sum: number; count: number }>;

  constructor(
    readonly description: MetricDescription,
    boundaries: readonly number[],
    labelNames: readonly string[],
  ) {
    this.#boundaries = boundaries;
    this.#series = new Series(labelNames, () => ({
      counts: Array.from({ length: boundaries.length + 1 }, () => 0),
      sum: 0,
      count: 0,
    }));
  }

  record(value: number, ...labels: readonly string[]): void {
    const series = this.#series.of(labels);
    let bucket = 0;
    while (bucket < this.#boundaries.length && value > (this.#boundaries[bucket] ?? 0)) bucket++;
    series.counts[bucket] = (series.counts[bucket] ?? 0) + 1;
    series.sum += value;
    series.count++;
  }

  snapshot(): MetricSnapshot {
    const points = this.#series.all().map(({ labels, value }) => ({ labels, ...value, counts: [...value.counts] }));
    return { ...this.description, type: "histogram", boundaries: this.#boundaries, points };
  }
}

/** Reads what somebody else counts, at the moment it is asked for. */
export class Reading {
  constructor(
    readonly description: MetricDescription,
    readonly type: "counter" | "gauge",
    readonly read: () => readonly NumberPoint[],
  ) {}

  snapshot(): MetricSnapshot {
    return { ...this.description, type: this.type, points: this.read() };
  }
}

/**
 * The metrics of a host. What happens often is counted here, in a few steps; the libraries that export are loaded only when
 * somebody wants to have it, and read it off.
 */
export class MetricsRegistry {
  readonly #metrics: (Counter | Histogram | Reading)[] = [];
  /** Milliseconds since the epoch; counting began. */
  readonly startedAt = Date.now();

  add<Metric extends Counter | Histogram | Reading>(metric: Metric): Metric {
    this.#metrics.push(metric);
    return metric;
  }

  collect(): readonly MetricSnapshot[] {
    return this.#metrics.map((metric) => metric.snapshot()).filter(({ points }) => points.length > 0);
  }
}
