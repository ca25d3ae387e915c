import type { HrTime } from "@opentelemetry/api";

/** Milliseconds, as seconds and nanoseconds. */
export function hrTime(ms: number): HrTime {
  const seconds = Math.trunc(ms / 1000);
  return [seconds, Math.round((ms - seconds * 1000) * 1e6)];
}
