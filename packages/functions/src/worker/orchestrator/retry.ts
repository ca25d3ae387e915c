import type { SdkRetryOptions } from "./sdk-executor";

/** Longest delay between attempts unless the options say otherwise: 6 days (contract §2.5, Retries). */
const DEFAULT_MAX_INTERVAL_MS = 6 * 24 * 60 * 60 * 1000;

/** A task that retries: how often it has been tried, and since when. Times are milliseconds since the epoch. */
export interface Attempts {
  readonly options: SdkRetryOptions;
  readonly attempt: number;
  readonly firstStartedAt: number;
}

/**
 * What follows a failed attempt: always a timer, because the SDK waits for one even after the last attempt;
 * `last` says that no attempt comes after it. Throws when the options hold NaN.
 */
export function afterFailure(
  { options, attempt, firstStartedAt }: Attempts,
  now: number,
  isNonRetriable: boolean,
): { readonly fireAt: number; readonly last: boolean } {
  const timedOut =
    options.retryTimeoutInMilliseconds !== undefined && now - firstStartedAt >= options.retryTimeoutInMilliseconds;
  if (attempt >= options.maxNumberOfAttempts || isNonRetriable || timedOut) return { fireAt: now, last: true };
  const grown = options.firstRetryIntervalInMilliseconds * (options.backoffCoefficient ?? 1) ** (attempt - 1);
  const delay = Math.min(grown, options.maxRetryIntervalInMilliseconds ?? DEFAULT_MAX_INTERVAL_MS);
  if (Number.isNaN(delay)) throw new Error("The retry options give no delay: one of their numbers is NaN.");
  // Rounded: history and the store take whole milliseconds only, and a coefficient need not give one.
  return { fireAt: Math.ceil(now + delay), last: false };
}
