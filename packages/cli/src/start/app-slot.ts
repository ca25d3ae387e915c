import { DurableHostError, type Executor } from "@durable-host/engine";
import type { FunctionAppHost, FunctionDescription, HttpHandler, RejectedFunction } from "@durable-host/functions";

/** What a replaced app has begun may take this long; a stop of the host gives it less. */
const RETIREMENT_MS = 10 * 60_000;

/**
 * The place of the app in the host. The engine and the listeners hold on to the slot, so that they exist before the app
 * is loaded, and `--watch` can put a newly loaded app into it while store, locks and port stay.
 */
export class AppSlot {
  #app: FunctionAppHost | undefined;
  /** Apps that have been replaced, and still have something to finish. */
  readonly #retired = new Set<FunctionAppHost>();
  #isTriggered = false;
  #isStopped = false;
  /** The app that is being loaded. */
  #next: FunctionAppHost | undefined;
  /** The latest of the loads, which come one after another: each has to know which app it replaces. */
  #lastLoad: Promise<void> = Promise.resolve();

  /** Empty before the first app is loaded. */
  get functions(): readonly FunctionDescription[] {
    return this.#app?.functions ?? [];
  }

  /** Of whichever app is in the slot. A new app has nothing resident: it asks for the history and replays. */
  readonly executor: Executor = {
    executeOrchestration: (episode, signal) => this.#loaded().executor.executeOrchestration(episode, signal),
    inspectOrchestration: async (episode, signal) =>
      (await this.#loaded().executor.inspectOrchestration?.(episode, signal)) ?? { tasks: [] },
    executeActivity: (task, signal, cancellation) =>
      this.#loaded().executor.executeActivity(task, signal, cancellation),
    executeEntity: (batch, signal) => this.#loaded().executor.executeEntity(batch, signal),
    forget: (instanceId) => this.#loaded().executor.forget(instanceId),
    knows: (kind, name) => this.#loaded().executor.knows(kind, name),
    names: (kind) => this.#loaded().executor.names(kind),
  };

  /** Functions that the app has registered and that cannot run as they should, with the reason. */
  get problems(): readonly RejectedFunction[] {
    return this.#app?.problems ?? [];
  }

  /** What the app's libraries say they can do. */
  get capabilities(): Readonly<Record<string, string>> {
    return this.#app?.capabilities ?? {};
  }

  /** Number of calls that run in the app, and in those that it has replaced. */
  get inFlight(): number {
    return this.#apps.reduce((sum, { inFlight }) => sum + inFlight, 0);
  }

  get workerPids(): readonly number[] {
    return this.#app?.workerPids() ?? [];
  }

  /** See `FunctionAppHost.runWithText`. */
  runWithText(functionName: string, text: string): Promise<void> {
    return this.#loaded().runWithText(functionName, text);
  }

  /** See `FunctionAppHost.warmUp`; an app that takes the place of another is warmed up anew. */
  warmUp(): Promise<void> {
    return this.#loaded().warmUp();
  }

  readonly http: HttpHandler = (request) => this.#loaded().http(request);

  /**
   * Loads an app and puts it into the slot. The previous one finishes what it has begun, which this does not wait for.
   * Rejects when the app cannot be loaded, or `check` refuses it: the previous one stays; and with WORKER_LOST once the slot
   * has been stopped.
   */
  load(app: FunctionAppHost, check: (app: FunctionAppHost) => void): Promise<void> {
    const loaded = this.#lastLoad.then(() => this.#replaceBy(app, check));
    this.#lastLoad = loaded.catch(() => undefined);
    return loaded;
  }

  async #replaceBy(app: FunctionAppHost, check: (app: FunctionAppHost) => void): Promise<void> {
    this.#throwIfStopped();
    const previous = this.#app;
    previous?.inspect(false);
    this.#next = app;
    try {
      await start(app, check);
      this.#throwIfStopped();
    } catch (error) {
      previous?.inspect(true);
      throw error;
    } finally {
      this.#next = undefined;
    }
    this.#app = app;
    if (previous) this.#retire(previous);
    if (this.#isTriggered) await app.startTriggers();
  }

  /** Lets the app in the slot, and each that takes its place, listen for its triggers. */
  async startTriggers(): Promise<void> {
    this.#isTriggered = true;
    await this.#loaded().startTriggers();
  }

  /** Nothing more is taken from triggers from now on; resolves when the runs in flight have ended. */
  async stopTriggers(): Promise<void> {
    this.#isTriggered = false;
    await this.#app?.stopTriggers();
  }

  /** Stops all apps, one that is being loaded too. Nothing can be loaded any more. */
  async stop(): Promise<void> {
    this.#isTriggered = false;
    this.#isStopped = true;
    const apps = this.#next ? [...this.#apps, this.#next] : this.#apps;
    await Promise.all(apps.map((app) => app.stop()));
  }

  get #apps(): readonly FunctionAppHost[] {
    return this.#app ? [this.#app, ...this.#retired] : [...this.#retired];
  }

  #throwIfStopped(): void {
    if (this.#isStopped) throw new DurableHostError("WORKER_LOST", "The host stops: no app is loaded any more.");
  }

  #retire(app: FunctionAppHost): void {
    this.#retired.add(app);
    void app.stop(RETIREMENT_MS).finally(() => this.#retired.delete(app));
  }

  #loaded(): FunctionAppHost {
    if (this.#app === undefined) throw new DurableHostError("WORKER_LOST", "The app is not loaded yet.");
    return this.#app;
  }
}

async function start(app: FunctionAppHost, check: (app: FunctionAppHost) => void): Promise<void> {
  await app.start();
  try {
    check(app);
  } catch (error) {
    await app.stop();
    throw error;
  }
}
