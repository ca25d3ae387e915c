import type { Clock } from "@durable-host/engine";

/**
 * A clock for a store on which no host works: nothing happens there however long one waits, so whoever waits has waited at
 * once. `now` goes on by what was waited for, so that loops with a deadline come to it.
 */
export function createImpatientClock(clock: Clock): Clock {
  let skipped = 0;
  return {
    now: () => clock.now() + skipped,
    schedule(delayMs, callback) {
      const waited = setImmediate(() => {
        skipped += delayMs;
        callback();
      });
      return () => clearImmediate(waited);
    },
  };
}
