import { errorText, type Clock, type Logger } from "@durable-host/engine";
import type { TriggerContext, TriggerListener } from "../trigger-type";
import { waited } from "../waited";
import type { Schedule } from "./schedule";
import { timerInvocation, type UnscheduledReason } from "./timer-invocation";
import type { KnownTimer, TimerRecord, TimerRecords } from "./timer-record";

/** How long a host that died keeps others from its run. */
const CLAIM_MS = 15_000;
const RENEW_MS = 5000;
/** The store did not answer: the timer is looked at again after this time. */
const RETRY_MS = 5000;
/** A running host that is this late had been asleep. */
const LATE_MS = 10_000;

export interface TimerListenerOptions {
  readonly schedule: Schedule;
  readonly records: () => TimerRecords;
  readonly runOnStartup: boolean;
  /** False: nothing is made up for, and the function is told nothing of the past. */
  readonly isMonitored: boolean;
  /** Names this host among those on the store. */
  readonly owner: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly run: TriggerContext["run"];
}

/**
 * Fires one timer (contract §4), once per occurrence however many hosts share the store: a host claims the run by changing the
 * timer's record, and the next occurrence is worked out when the run has ended, so that runs never overlap.
 */
export class TimerListener implements TriggerListener {
  readonly #options: TimerListenerOptions;
  readonly #stopping = new AbortController();
  #records: TimerRecords | undefined;
  #cancelWake: (() => void) | undefined;
  #turn: Promise<void> = Promise.resolve();

  constructor(options: TimerListenerOptions) {
    this.#options = options;
  }

  start(): Promise<void> {
    this.#records = this.#options.records();
    this.#logOccurrences();
    this.#begin(true);
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#cancelWake?.();
    await this.#turn;
  }

  #begin(isStart: boolean): void {
    if (this.#stopping.signal.aborted) return;
    this.#turn = this.#look(isStart).catch((error: unknown) => {
      this.#options.logger.warn(`The state of a timer could not be read or saved: ${errorText(error)}`);
      this.#wakeIn(RETRY_MS, isStart);
    });
  }

  #wakeIn(delayMs: number, isStart = false): void {
    if (this.#stopping.signal.aborted) return;
    this.#cancelWake = this.#options.clock.schedule(Math.max(0, delayMs), () => this.#begin(isStart));
  }

  /** Reads the timer's record, runs the function if it is time, and sees to it that it is looked at again. */
  async #look(isStart: boolean): Promise<void> {
    const { clock, isMonitored } = this.#options;
    const known = await this.#current(isStart && !isMonitored);
    if (known === undefined) return this.#wakeIn(0, isStart);
    const { run, next } = known.record;
    const now = clock.now();
    if (run !== undefined && run.until > now) return this.#wakeIn(run.until - now);
    const isDue = next !== undefined && next <= now;
    const reason = this.#unscheduled(known.record, now, isStart);
    if (!isDue && reason === undefined) return this.#wait(next, now);
    const after = await this.#claimAndRun(known, reason);
    if (after === undefined) return this.#wakeIn(0);
    this.#wait(after.next, clock.now());
  }

  #wait(next: number | undefined, now: number): void {
    if (next !== undefined) this.#wakeIn(next - now);
  }

  /** The record for this schedule; undefined when another host has just changed it. */
  async #current(anew: boolean): Promise<KnownTimer | undefined> {
    const { schedule, clock } = this.#options;
    const known = await this.#records?.read();
    const isOurs = known?.record.schedule === schedule.text;
    if (known !== undefined && isOurs && (!anew || known.record.run !== undefined)) return known;
    const now = clock.now();
    const record = { schedule: schedule.text, ...nextOf(schedule, now), lastUpdated: now };
    return this.#records?.write(isOurs && known ? { ...known.record, ...record } : record, known);
  }

  #unscheduled({ next, run }: TimerRecord, now: number, isStart: boolean): UnscheduledReason | undefined {
    const { isMonitored, runOnStartup } = this.#options;
    const isDue = next !== undefined && next <= now;
    // A claim that has expired is of a host that died in its run.
    const isLate = isDue && (isStart || run !== undefined || now - next >= LATE_MS);
    if (isLate && isMonitored) return "IsPastDue";
    return isStart && runOnStartup ? "RunOnStartup" : undefined;
  }

  /** Undefined when another host has the run. */
  async #claimAndRun(known: KnownTimer, unscheduled: UnscheduledReason | undefined): Promise<TimerRecord | undefined> {
    const { clock, schedule, isMonitored, run } = this.#options;
    const now = clock.now();
    const claimed = await this.#records?.write({ ...known.record, run: this.#claim(now) }, known);
    if (claimed === undefined) return undefined;
    const claim = new RenewedClaim(claimed, (from) => this.#renewed(from), clock);
    const invocation = timerInvocation({ schedule, record: known.record, isMonitored, unscheduled, now });
    // Whoever reports runs reports the failure; the schedule goes on.
    await run(invocation, this.#stopping.signal).catch(() => undefined);
    const end = clock.now();
    const last = unscheduled === undefined ? (known.record.next ?? now) : now;
    const record = { schedule: schedule.text, last, ...nextOf(schedule, Math.max(end, last)), lastUpdated: end };
    const written = await this.#noted(record, await claim.end());
    return written?.record;
  }

  /** Tried until the store answers: a run whose end nobody knows of is run once more when its claim has expired. */
  async #noted(record: TimerRecord, claimed: KnownTimer): Promise<KnownTimer | undefined> {
    const { clock, logger } = this.#options;
    const { signal } = this.#stopping;
    for (;;) {
      try {
        return await this.#records?.write(record, claimed);
      } catch (error) {
        logger.warn(`The end of a timer's run could not be saved: ${errorText(error)}`);
        if (!(await waited(RETRY_MS, clock, signal))) throw error;
      }
    }
  }

  #claim(now: number): TimerRecord["run"] {
    return { owner: this.#options.owner, until: now + CLAIM_MS };
  }

  #renewed(from: KnownTimer): Promise<KnownTimer | undefined> {
    const run = this.#claim(this.#options.clock.now());
    return this.#records?.write({ ...from.record, ...(run && { run }) }, from) ?? Promise.resolve(undefined);
  }

  #logOccurrences(): void {
    const { schedule, clock, logger } = this.#options;
    const times: string[] = [];
    let time: number | undefined = clock.now();
    while (times.length < 5 && (time = schedule.next(time)) !== undefined) times.push(new Date(time).toISOString());
    logger.info(`The next occurrences of the schedule '${schedule.text}' are: ${times.join(", ")}`);
  }
}

/** Keeps a claim from expiring while the run lasts. */
class RenewedClaim {
  #claim: KnownTimer;
  #cancel: () => void;
  #renewal: Promise<void> = Promise.resolve();

  constructor(
    claim: KnownTimer,
    private readonly renew: (from: KnownTimer) => Promise<KnownTimer | undefined>,
    private readonly clock: Clock,
  ) {
    this.#claim = claim;
    this.#cancel = this.#schedule();
  }

  /** The record as the run leaves it. */
  async end(): Promise<KnownTimer> {
    this.#cancel();
    await this.#renewal;
    this.#cancel();
    return this.#claim;
  }

  #schedule(): () => void {
    return this.clock.schedule(RENEW_MS, () => {
      this.#renewal = this.#once();
    });
  }

  async #once(): Promise<void> {
    // A store that does not answer now may do so before the claim expires.
    const renewed = await this.renew(this.#claim).catch(() => this.#claim);
    if (renewed === undefined) return;
    this.#claim = renewed;
    this.#cancel = this.#schedule();
  }
}

function nextOf(schedule: Schedule, after: number): { readonly next?: number } {
  const next = schedule.next(after);
  return next === undefined ? {} : { next };
}
