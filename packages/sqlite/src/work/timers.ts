import { IndexedHeap, type HeapItem } from "./indexed-heap";

/** Something to be done at a time; cancel it with `Timers.cancel`. */
export interface Timer extends HeapItem {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly wake: () => void;
}

interface SerialTimer extends Timer {
  readonly serial: number;
}

/** What waits for its time: messages not yet due, abandoned work items. Timers of one time run in the order they were set. */
export class Timers {
  private readonly heap = new IndexedHeap<SerialTimer>((a, b) => a.at < b.at || (a.at === b.at && a.serial < b.serial));
  private serial = 0;

  get size(): number {
    return this.heap.size;
  }

  /** The earliest time for which something waits. */
  get nextAt(): number | undefined {
    return this.heap.peek()?.at;
  }

  set(at: number, wake: () => void): Timer {
    const timer: SerialTimer = { at, wake, serial: this.serial++, position: -1 };
    this.heap.push(timer);
    return timer;
  }

  cancel(timer: Timer): void {
    // Only `set` makes timers, so every one of them has a serial number.
    this.heap.remove(timer as SerialTimer);
  }

  /** Runs everything whose time has come. */
  run(now: number): void {
    for (let timer = this.heap.peek(); timer !== undefined && timer.at <= now; timer = this.heap.peek()) {
      this.heap.remove(timer);
      timer.wake();
    }
  }
}
