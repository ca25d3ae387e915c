import { DurableHostError } from "@durable-host/engine";
import { Cron } from "croner";
import { parseTimeSpan } from "../../config/time-span";

/** When a timer fires. All times are milliseconds since the epoch. */
export interface Schedule {
  /** The expression, and for a cron expression its time zone: equal for schedules that fire at the same times. */
  readonly text: string;
  /** The first occurrence after a time; undefined when there is none any more. */
  next(after: number): number | undefined;
  /** Whether occurrences follow the clock on the wall. */
  readonly adjustsForDst: boolean;
}

/** What NCrontab knows of a field: no `L`, `W`, `#` or `?`, and no weekday 7. */
const FIELD = /^(?:[\d*,/-]|[a-z]{3})+$/i;
const SUNDAY_AS_7 = /(?:^|[,-])7(?:$|[,/-])/;

/**
 * Reads a schedule: six fields `second minute hour day month weekday`, five without the second, or a TimeSpan (contract §4).
 * Day and weekday have to match both when both are given, as in NCrontab.
 * @throws DurableHostError CONFIG_INVALID
 */
export function parseSchedule(expression: string, timeZone: string): Schedule {
  const text = expression.trim();
  const fields = text.split(/\s+/);
  if (fields.length === 5 || fields.length === 6) return cronSchedule(text, fields, timeZone);
  const intervalMs = fields.length === 1 ? parseTimeSpan(text) : undefined;
  if (intervalMs === undefined || !Number.isFinite(intervalMs) || intervalMs <= 0) throw notRecognized(expression);
  return { text, adjustsForDst: false, next: (after) => after + intervalMs };
}

function cronSchedule(text: string, fields: readonly string[], timeZone: string): Schedule {
  const cron = readCron(text, fields, timeZone);
  const next = (after: number): number | undefined => cron.nextRun(new Date(after))?.getTime();
  return { text: `${text} ${timeZone}`, adjustsForDst: true, next };
}

function readCron(text: string, fields: readonly string[], timezone: string): Cron {
  if (!fields.every((field) => FIELD.test(field)) || SUNDAY_AS_7.test(fields.at(-1) ?? "")) throw notRecognized(text);
  // A range in seconds, minutes or hours makes an interval, a list does not: intervals go on through a repeated hour.
  const hasRange = fields.slice(0, -3).some((field) => field.includes("-"));
  try {
    return new Cron(text, {
      timezone,
      mode: "5-or-6-parts",
      domAndDow: true,
      paused: true,
      fixedTimeRule: hasRange ? "single-value" : "no-wildcard",
    });
  } catch (error) {
    throw notRecognized(text, error);
  }
}

function notRecognized(expression: string, cause?: unknown): DurableHostError {
  return new DurableHostError(
    "CONFIG_INVALID",
    `The schedule expression '${expression}' was not recognized as a valid cron expression or timespan string.`,
    { cause },
  );
}
