import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { DurableHostError, type Logger, type RecordStore } from "@durable-host/engine";
import { resolveSettings } from "../../bindings/binding-expression";
import type { TriggerContext, TriggerType } from "../trigger-type";
import { parseSchedule, type Schedule } from "./schedule";
import { scheduleTimeZone } from "./time-zone";
import { TimerListener } from "./timer-listener";
import { ownTimerRecords, sharedTimerRecords, type TimerRecords } from "./timer-record";

/** Schedules that fire more often than this are not monitored (contract §4). */
const MONITORED_FROM_MS = 60_000;

/** Timers (contract §4). */
export const timerTrigger: TriggerType = {
  listen(context) {
    const { fn, settings, clock, run } = context;
    const { schedule: expression, runOnStartup, useMonitor } = fn.trigger;
    if (typeof expression !== "string") {
      throw new DurableHostError("CONFIG_INVALID", "Its timer trigger has no schedule.");
    }
    const schedule = parseSchedule(resolveSettings(expression, settings), scheduleTimeZone(settings));
    const logger = context.logger.child(`Host.Triggers.Timer`);
    return new TimerListener({
      schedule,
      records: () => recordsOf(context, logger),
      runOnStartup: runOnStartup === true,
      isMonitored: useMonitor !== false && !isFrequent(schedule, clock.now()),
      owner: `${hostname()},${process.pid},${randomUUID()}`,
      clock,
      logger,
      run,
    });
  },
};

function isFrequent(schedule: Schedule, now: number): boolean {
  const first = schedule.next(now);
  const second = first === undefined ? undefined : schedule.next(first);
  return first !== undefined && second !== undefined && second - first < MONITORED_FROM_MS;
}

function recordsOf({ fn, records }: TriggerContext, logger: Logger): TimerRecords {
  const shared: RecordStore | undefined = records();
  if (shared !== undefined) return sharedTimerRecords(shared, fn.name);
  logger.warn(
    `The timer "${fn.name}" fires in each host on its own, and does not catch up after a restart: the store keeps no records for hosts.`,
  );
  return ownTimerRecords();
}
