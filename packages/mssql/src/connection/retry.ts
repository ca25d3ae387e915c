import { errorText, type Clock, DurableHostError } from "@durable-host/engine";
import { SqlError } from "./sql-error";
import { classifyFailure, type FailureClass } from "./transient-errors";

/** How often and how long a call is attempted. Times in milliseconds. */
export interface RetryPolicy {
  /** Attempts in all, the first included. */
  readonly attempts: number;
  /** Upper bound of the first delay; it doubles with each. The delay itself is drawn between 0 and the bound. */
  readonly firstDelayMs: number;
  readonly longestDelayMs: number;
  /** No attempt begins later than this after the first. */
  readonly totalMs: number;
}

/** Deadlocks are over at once, fail-overs take some seconds; both fit. Longer outages are the caller's to wait for. */
export const DEFAULT_RETRY: RetryPolicy = { attempts: 7, firstDelayMs: 100, longestDelayMs: 5000, totalMs: 30_000 };

/** For calls that must not be repeated. */
export const SINGLE_ATTEMPT: RetryPolicy = { ...DEFAULT_RETRY, attempts: 1 };

export interface RetryContext {
  readonly clock: Clock;
  /** From 0 up to, not including, 1. */
  readonly random: () => number;
  /** Ends the waiting with its reason. */
  readonly signal?: AbortSignal | undefined;
  /** The call changes nothing: it can always be repeated, and is never of unknown outcome. */
  readonly reads?: boolean | undefined;
  /** Aborted when the client closes: what waits for its next attempt gives up with the error it has. */
  readonly closing?: AbortSignal | undefined;
}

/**
 * Attempts a call until it succeeds, is refused for good, or the policy is used up; delays have full jitter, so that
 * replicas that failed together do not come back together. What ends as transient rejects with STORAGE_TRANSIENT, with
 * `outcomeUnknown` if any of the attempts may have taken effect.
 */
export async function withRetry<T>(attempt: () => Promise<T>, policy: RetryPolicy, context: RetryContext): Promise<T> {
  const started = context.clock.now();
  let outcomeUnknown = false;
  for (let attempts = 1; ; attempts++) {
    try {
      context.signal?.throwIfAborted();
      return await attempt();
    } catch (error) {
      const failure = context.reads ? asRead(classifyFailure(error)) : classifyFailure(error);
      outcomeUnknown ||= failure.outcomeUnknown;
      if (!failure.transient) throw error;
      const bound = Math.min(policy.longestDelayMs, policy.firstDelayMs * 2 ** (attempts - 1));
      const delayMs = context.random() * bound;
      const late = context.clock.now() - started + delayMs > policy.totalMs;
      if (!failure.retry || attempts >= policy.attempts || late || context.closing?.aborted) {
        throw transientError(error, attempts, outcomeUnknown);
      }
      await delay(delayMs, context);
      if (context.closing?.aborted) throw transientError(error, attempts, outcomeUnknown);
    }
  }
}

/** What a failure means for a call that changes nothing: also one that took too long is worth another attempt in time. */
function asRead(failure: FailureClass): FailureClass {
  return { transient: failure.transient, retry: failure.retry || failure.outcomeUnknown, outcomeUnknown: false };
}

/** Waits; ends early when the client closes, rejects when the caller's signal is aborted. */
function delay(delayMs: number, { clock, signal, closing }: RetryContext): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      cancel();
      signal?.removeEventListener("abort", end);
      closing?.removeEventListener("abort", end);
      if (signal?.aborted) reject(signal.reason as Error);
      else resolve();
    };
    const cancel = clock.schedule(delayMs, end);
    signal?.addEventListener("abort", end);
    closing?.addEventListener("abort", end);
  });
}

/** The form in which a failure that may pass by itself leaves this folder. */
function transientError(error: unknown, attempts: number, outcomeUnknown: boolean): DurableHostError {
  // A failure to connect says already what to do.
  if (error instanceof DurableHostError && !outcomeUnknown) return error;
  const reason = errorText(error);
  const number = error instanceof SqlError && error.number !== undefined ? ` (error ${error.number})` : "";
  const tried = attempts > 1 ? ` after ${attempts} attempts` : "";
  const fate = outcomeUnknown ? " Whether the request took effect is unknown." : "";
  return new DurableHostError("STORAGE_TRANSIENT", `The database failed${tried}: ${reason}${number}.${fate}`, {
    cause: error,
    outcomeUnknown,
  });
}
