import { DurableHostError } from "../errors";

/**
 * The time in whole milliseconds, never earlier.
 * @throws DurableHostError INVALID_ARGUMENT when it is no time
 */
export function wholeTime(time: number, what: string): number {
  if (Number.isSafeInteger(time)) return time;
  const whole = Math.ceil(time);
  if (Number.isSafeInteger(whole)) return whole;
  throw new DurableHostError(
    "INVALID_ARGUMENT",
    `${what} is ${time}, which is no time in milliseconds since the epoch.`,
  );
}
