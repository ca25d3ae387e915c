import type { TriggerInvocation } from "../trigger-type";
import type { Schedule } from "./schedule";
import type { TimerRecord } from "./timer-record";

/** Why a timer runs at a time that its schedule does not name. */
export type UnscheduledReason = "IsPastDue" | "RunOnStartup";

/** What .NET has for a time that never was. */
const NEVER = "0001-01-01T00:00:00+00:00";

export interface TimerRun {
  readonly schedule: Schedule;
  readonly record: TimerRecord;
  /** False for timers without a monitor: they are told nothing of their past. */
  readonly isMonitored: boolean;
  readonly unscheduled?: UnscheduledReason | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** The value of a timer trigger (contract §4). */
export function timerInvocation({ schedule, record, isMonitored, unscheduled, now }: TimerRun): TriggerInvocation {
  const value = {
    Schedule: { AdjustForDST: schedule.adjustsForDst },
    ScheduleStatus: isMonitored
      ? { Last: time(record.last), Next: time(record.next), LastUpdated: time(record.lastUpdated) }
      : null,
    IsPastDue: unscheduled === "IsPastDue",
  };
  return {
    triggerData: { json: JSON.stringify(value) },
    reason: `Timer fired at ${new Date(now).toISOString()}`,
    ...(unscheduled && {
      details: `UnscheduledInvocationReason: ${unscheduled}, OriginalSchedule: ${time(record.next)}`,
    }),
  };
}

function time(milliseconds: number | undefined): string {
  return milliseconds === undefined ? NEVER : new Date(milliseconds).toISOString();
}
