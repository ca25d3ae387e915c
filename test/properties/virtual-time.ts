import type { Clock } from "@durable-host/engine";
import { EPOCH } from "./program";

interface Alarm {
  readonly at: number;
  readonly owner: object;
  readonly callback: () => void;
}

/** Time that moves from one alarm to the next, and survives the processes that live in it. */
export class VirtualTime {
  readonly #alarms = new Set<Alarm>();
  #now = EPOCH;

  now(): number {
    return this.#now;
  }

  /** A clock whose alarms can be dropped together, as those of a process are when it dies. */
  clockOf(owner: object): Clock {
    return { now: () => this.#now, schedule: (delayMs, callback) => this.at(this.#now + delayMs, callback, owner) };
  }

  /** Returns a function that cancels it. */
  at(time: number, callback: () => void, owner: object = this): () => void {
    const alarm = { at: Math.max(this.#now, Math.ceil(time)), owner, callback };
    this.#alarms.add(alarm);
    return () => void this.#alarms.delete(alarm);
  }

  dropAlarmsOf(owner: object): void {
    for (const alarm of this.#alarms) if (alarm.owner === owner) this.#alarms.delete(alarm);
  }

  /** Moves on to the next alarm and runs all of that instant. */
  advance(): void {
    this.#now = Math.min(...[...this.#alarms].map((alarm) => alarm.at));
    for (const alarm of [...this.#alarms]) {
      if (alarm.at > this.#now || !this.#alarms.delete(alarm)) continue;
      alarm.callback();
    }
  }
}
