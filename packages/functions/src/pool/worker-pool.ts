import { errorText, DurableHostError, hasCode, type Clock, type Logger } from "@durable-host/engine";
import type { AppLoaded, CallKind, Calls, Init, InspectOptions, LoadFailure, LogEntry } from "../wire/messages";
import { inspectOptionsOf } from "./inspect-flags";
import { WaitingCalls } from "./waiting-calls";
import { WorkerProcess, type CallOptions, type HttpReply, type HttpRequestToWorker } from "./worker-process";

/** Process counts the official host takes (contract §6.3). */
export const MAX_WORKER_COUNT = 10;

const FIRST_RESTART_DELAY_MS = 100;
const MAX_RESTART_DELAY_MS = 10_000;
/** A worker that has lived this long was healthy: its end does not count towards the back-off. */
const HEALTHY_AFTER_MS = 30_000;

export interface WorkerPoolOptions {
  readonly init: () => Init;
  /** Number of processes, 1 to 10. */
  readonly workerCount: number;
  readonly nodeArguments: readonly string[];
  /** The debugger's port in the first worker; the others have those that follow. */
  readonly inspect?: InspectOptions | undefined;
  readonly onFiles?: ((files: readonly string[]) => void) | undefined;
  readonly functionTimeoutMs?: number;
  /** How long calls in flight and appTerminate hooks may take at stop before a worker is killed. */
  readonly stopGraceMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  onLog(entry: Omit<LogEntry, "type">): void;
  /** A worker has ended, and another is to take its place. */
  readonly onRestart?: () => void;
}

/** One place in the pool: a worker process, or the wait for the next one. */
interface Slot {
  worker: WorkerProcess | undefined;
  isReady: boolean;
  startedAt: number;
  failures: number;
}

/**
 * The app's worker processes. A call goes to the worker that has the least to do; a worker that ends is replaced, and
 * calls that find none ready wait for it, requests not for ever. Only the calls that were in flight in it fail, with WORKER_LOST.
 */
export class WorkerPool {
  readonly #options: WorkerPoolOptions;
  readonly #slots: Slot[];
  readonly #waiting: WaitingCalls;
  #stopping = false;
  #isInspected = true;

  constructor(options: WorkerPoolOptions) {
    const { workerCount } = options;
    if (!Number.isInteger(workerCount) || workerCount < 1 || workerCount > MAX_WORKER_COUNT) {
      throw new DurableHostError(
        "CONFIG_INVALID",
        `FUNCTIONS_WORKER_PROCESS_COUNT must be a whole number from 1 to ${MAX_WORKER_COUNT}, not ${workerCount}.`,
      );
    }
    this.#options = options;
    this.#waiting = new WaitingCalls(options.clock, options.logger);
    this.#slots = Array.from({ length: workerCount }, () => ({
      worker: undefined,
      isReady: false,
      startedAt: 0,
      failures: 0,
    }));
  }

  /** Starts all workers at once. Rejects with APP_LOAD_FAILED when the app cannot be loaded; none is left then. */
  async start(): Promise<AppLoaded> {
    const loading = await Promise.allSettled(this.#slots.map((slot) => this.#startWorker(slot)));
    const [first] = loading;
    const failed = loading.find((outcome) => outcome.status === "rejected");
    if (first?.status !== "fulfilled" || failed !== undefined) {
      await this.stop();
      throw asLoadFailure(failed?.reason);
    }
    this.#slots.forEach((slot) => this.#superviseWorker(slot));
    return first.value;
  }

  /**
   * Waits for calls in flight, lets the app terminate, and kills what does not end in time. Called again while it waits, it may
   * shorten the time.
   */
  async stop(graceMs = this.#options.stopGraceMs): Promise<void> {
    this.#stopping = true;
    this.#waiting.wake();
    const workers = this.#slots.flatMap(({ worker }) => worker ?? []);
    await Promise.all(workers.map((worker) => worker.stop(graceMs)));
  }

  /** The worker with the least to do; waits for one when none is ready. Rejects when the pool is stopped. */
  take(): Promise<WorkerProcess> {
    return this.#takeAfter(() => this.#waiting.wait());
  }

  async #takeAfter(wait: () => Promise<void>): Promise<WorkerProcess> {
    for (;;) {
      if (this.#stopping) throw new DurableHostError("WORKER_LOST", "The app workers are being stopped.");
      const ready = this.#leastLoaded();
      if (ready !== undefined) return ready;
      await wait();
    }
  }

  /** Gives the debugger's ports to the workers, or takes them away for others. */
  inspect(isOpen: boolean): void {
    this.#isInspected = isOpen;
    this.#slots.forEach(({ worker }, index) => worker?.inspect(this.#inspectOptions(index)));
  }

  /** Number of calls that run in the workers. */
  get inFlight(): number {
    return this.#slots.reduce((sum, { worker }) => sum + (worker?.inFlight ?? 0), 0);
  }

  /** Process ids of the workers that are running, for diagnostics. */
  pids(): number[] {
    return this.#slots.flatMap(({ worker }) => (worker?.hasExited === false && worker.pid) || []);
  }

  async call<K extends CallKind>(
    kind: K,
    functionName: string,
    request: Calls[K]["request"],
    options?: CallOptions,
  ): Promise<Calls[K]["answer"]> {
    const worker = this.#leastLoaded() ?? (await this.take());
    return worker.call(kind, functionName, request, options);
  }

  /** The same for a request. Rejects with WORKER_UNAVAILABLE when there is no worker ready within the time it may wait. */
  async http(request: HttpRequestToWorker): Promise<HttpReply> {
    const wait = () => this.#waiting.waitForRequest(request.signal);
    const worker = this.#leastLoaded() ?? (await this.#takeAfter(wait));
    return worker.http(request);
  }

  #inspectOptions(index: number): InspectOptions | undefined {
    return this.#isInspected ? inspectOptionsOf(this.#options.inspect, index) : undefined;
  }

  #leastLoaded(): WorkerProcess | undefined {
    if (this.#stopping) return undefined;
    let best: WorkerProcess | undefined;
    for (const { worker, isReady } of this.#slots) {
      if (isReady && worker !== undefined && (best === undefined || worker.inFlight < best.inFlight)) best = worker;
    }
    return best;
  }

  async #startWorker(slot: Slot): Promise<AppLoaded> {
    const { init, nodeArguments, functionTimeoutMs, clock, onLog } = this.#options;
    slot.startedAt = clock.now();
    const worker = new WorkerProcess({
      init: { ...init(), inspect: this.#inspectOptions(this.#slots.indexOf(slot)) },
      nodeArguments,
      onFiles: this.#options.onFiles,
      clock,
      onLog,
      ...(functionTimeoutMs !== undefined && { functionTimeoutMs }),
    });
    slot.worker = worker;
    void worker.exited.then(() => {
      slot.isReady = false;
    });
    const report = await worker.loaded;
    if (report.type === "loadFailed") {
      await worker.stop(this.#options.stopGraceMs);
      throw loadError(report.failure);
    }
    slot.isReady = true;
    this.#waiting.wake();
    return report;
  }

  /** Replaces the worker of a slot whenever it ends, later and later while that keeps happening. */
  #superviseWorker(slot: Slot): void {
    void slot.worker?.exited.then(({ code, signal }) => {
      if (this.#stopping) return;
      const { clock, logger, onRestart } = this.#options;
      onRestart?.();
      slot.failures = clock.now() - slot.startedAt >= HEALTHY_AFTER_MS ? 0 : slot.failures + 1;
      const delayMs = restartDelayMs(slot.failures);
      const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
      logger.warn(
        `The app worker (pid ${slot.worker?.pid}) ended (${how}); a new one starts ${delayMs === 0 ? "at once" : `in ${delayMs} ms`}.`,
      );
      if (delayMs === 0) this.#restart(slot);
      else clock.schedule(delayMs, () => this.#restart(slot));
    });
  }

  #restart(slot: Slot): void {
    if (this.#stopping) return;
    this.#startWorker(slot).then(
      () => this.#options.logger.info(`The app worker (pid ${slot.worker?.pid}) has replaced the one that ended.`),
      (error: unknown) => this.#options.logger.error(errorText(error)),
    );
    this.#superviseWorker(slot);
  }
}

/** The first restart comes at once: most crashes are one function's, and everybody waits for the worker. */
function restartDelayMs(failures: number): number {
  if (failures <= 1) return 0;
  return Math.min(MAX_RESTART_DELAY_MS, FIRST_RESTART_DELAY_MS * 2 ** (failures - 2));
}

/** An app that ends its own process while it loads has failed to load, whatever else it may look like. */
function asLoadFailure(reason: unknown): unknown {
  if (!hasCode(reason, "WORKER_LOST")) return reason;
  return new DurableHostError("APP_LOAD_FAILED", reason.message, { cause: reason });
}

function loadError({ message, stack, registered }: LoadFailure): DurableHostError {
  const before =
    registered.length === 0
      ? "No function had been registered before."
      : `Registered before the failure, and not run either: ${registered.join(", ")}.`;
  const where = stack === undefined ? "" : `\n${stack}`;
  return new DurableHostError("APP_LOAD_FAILED", `${message}\n${before}${where}`);
}
