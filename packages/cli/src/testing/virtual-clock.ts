import type { Clock } from "@durable-host/engine";

interface Alarm {
  readonly at: number;
  readonly ring: () => void;
}

/**
 * Time that stands still until it is moved, and then moves at once.
 *
 * An alarm rings when time has come to it or passed it; a move of a month rings one that repeats every second once, not
 * millions of times. Alarms of `schedule` are housekeeping (safety polls, renewals): nobody moves time for their sake.
 * Those of `awaited` are worth it: somebody waits for them.
 */
export class VirtualClock implements Clock {
  readonly #background = new Set<Alarm>();
  readonly #awaited = new Set<Alarm>();
  #time: number;

  /** `start`: milliseconds since the epoch. */
  constructor(start: number) {
    this.#time = start;
  }

  /** The same time, with alarms that time is moved for. */
  readonly awaited: Clock = {
    now: () => this.now(),
    schedule: (delayMs, callback) => this.#add(this.#awaited, delayMs, callback),
  };

  now(): number {
    return this.#time;
  }

  schedule(delayMs: number, callback: () => void): () => void {
    return this.#add(this.#background, delayMs, callback);
  }

  /** When the next alarm rings that somebody waits for (milliseconds since the epoch). */
  get nextAwaitedAt(): number | undefined {
    return earliest(this.#awaited)?.at;
  }

  /** Moves to a time, or stays when it is past, and rings what is due by then, in order of time. */
  moveTo(time: number): void {
    this.#time = Math.max(this.#time, time);
    for (let next = this.#nextDue(); next !== undefined; next = this.#nextDue()) {
      this.#background.delete(next);
      this.#awaited.delete(next);
      next.ring();
    }
  }

  #add(alarms: Set<Alarm>, delayMs: number, ring: () => void): () => void {
    const alarm: Alarm = { at: this.#time + Math.max(0, delayMs), ring };
    alarms.add(alarm);
    return () => void alarms.delete(alarm);
  }

  #nextDue(): Alarm | undefined {
    const first = [earliest(this.#background), earliest(this.#awaited)]
      .filter((alarm) => alarm !== undefined)
      .toSorted((a, b) => a.at - b.at)[0];
    return first !== undefined && first.at <= this.#time ? first : undefined;
  }
}

/** Of alarms of one time, the one that was set first. */
function earliest(alarms: ReadonlySet<Alarm>): Alarm | undefined {
  let first: Alarm | undefined;
  for (const alarm of alarms) if (first === undefined || alarm.at < first.at) first = alarm;
  return first;
}
