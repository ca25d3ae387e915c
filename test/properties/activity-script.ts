import { endOf, type ActivityInput } from "./program";

/** One attempt of an activity, whoever executes it and however often. */
export interface ActivityAttempt {
  /** When its answer is given (milliseconds since the epoch). */
  readonly at: number;
  readonly result?: string;
  readonly error?: string;
  /** The event to be sent on behalf of this attempt; given out once. */
  readonly event?: AnnouncedEvent;
}

export interface AnnouncedEvent {
  readonly at: number;
  readonly instanceId: string;
  readonly name: string;
  readonly payload: string;
}

/**
 * What the activity of all programs does, and when. It remembers what it has been asked for like the world outside would:
 * an attempt that is executed again after a crash ends when it would have ended, and sends nothing twice.
 */
export class ActivityScript {
  readonly #attempts = new Map<string, string[]>();
  readonly #begun = new Map<string, ActivityAttempt>();
  /** How often each attempt has been executed. */
  readonly executions = new Map<string, number>();

  /** `attemptId` differs between attempts and is the same for all executions of one. */
  begin(input: ActivityInput, attemptId: string, now: number): ActivityAttempt {
    const id = `${input.key} ${attemptId}`;
    this.executions.set(id, (this.executions.get(id) ?? 0) + 1);
    const begun = this.#begun.get(id);
    if (begun) {
      const { event: _event, ...again } = begun;
      return again;
    }
    const attempt = this.#attempt(input, this.#number(input.key, attemptId), now);
    this.#begun.set(id, attempt);
    return attempt;
  }

  #number(key: string, attemptId: string): number {
    const attempts = this.#attempts.get(key) ?? [];
    this.#attempts.set(key, [...attempts, attemptId]);
    return attempts.length + 1;
  }

  #attempt(input: ActivityInput, number: number, now: number): ActivityAttempt {
    const at = endOf(now, input.delay, input.place, input.modulus);
    const what = `${input.key} attempt ${number}`;
    if (number < input.succeedsOn) return { at, error: what };
    if (!input.announces) return { at, result: what };
    const { instanceId, name, delay, place } = input.announces;
    const event = { at: endOf(now, delay, place, input.modulus), instanceId, name, payload: what };
    return { at, result: what, event };
  }
}
