import type { Clock } from "@durable-host/engine";

interface Alarm {
  readonly at: number;
  readonly callback: () => void;
}

/** Where a manual clock starts unless told otherwise; a whole second, so that times read well. */
const DEFAULT_START = Date.UTC(2030, 0, 1);

/** A clock that moves only when told to. Callbacks run inside `advance`, in order of time, each seeing its own time. */
export class ManualClock implements Clock {
  // Insertion order decides between alarms of the same time.
  private readonly alarms = new Set<Alarm>();
  private time: number;

  /** `start`: milliseconds since the epoch. */
  constructor(start: number = DEFAULT_START) {
    this.time = start;
  }

  now(): number {
    return this.time;
  }

  schedule(delayMs: number, callback: () => void): () => void {
    const alarm: Alarm = { at: this.time + Math.max(0, delayMs), callback };
    this.alarms.add(alarm);
    return () => void this.alarms.delete(alarm);
  }

  /** Number of callbacks that wait. */
  get pending(): number {
    return this.alarms.size;
  }

  /** Moves on by `ms` and runs what becomes due on the way, also what that schedules in turn. */
  advance(ms: number): void {
    const end = this.time + ms;
    for (let next = this.next(end); next !== undefined; next = this.next(end)) {
      this.alarms.delete(next);
      this.time = Math.max(this.time, next.at);
      next.callback();
    }
    this.time = end;
  }

  /** The earliest alarm up to `end`. */
  private next(end: number): Alarm | undefined {
    let first: Alarm | undefined;
    for (const alarm of this.alarms) if (alarm.at <= end && (first === undefined || alarm.at < first.at)) first = alarm;
    return first;
  }
}
