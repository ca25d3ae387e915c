import { type DurableHostError, errorText, type Logger } from "@durable-host/engine";
import type { HubDirectory, HubRuntime } from "@durable-host/grpc";

/** A task hub with store and engine running. */
export interface OpenHub {
  readonly runtime: HubRuntime;
  /** Resolves if its store fails for good. */
  readonly failed: Promise<DurableHostError>;
  /** Takes no new work; resolves when what is in flight has been answered, or given back after `graceMs`. */
  stopWork(graceMs: number): Promise<void>;
  /** Lets go who waits for an instance, and closes the store. */
  close(): Promise<void>;
}

export interface HubDirectoryOptions {
  /** The first is the default. */
  readonly names: readonly string[];
  /** Other names are opened when they are first asked for. */
  readonly dynamic: boolean;
  readonly open: (name: string) => Promise<OpenHub>;
  readonly onFailure: (error: DurableHostError) => void;
  readonly logger: Logger;
}

/** What clients may name a hub: it becomes the name of a file, and has to fit into the column of a database. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,49}$/;

/** The task hubs of a scheduler, opened once each; names are compared without regard to case. */
export class SchedulerHubs implements HubDirectory {
  readonly #options: HubDirectoryOptions;
  readonly #hubs = new Map<string, Promise<OpenHub>>();
  readonly #opened: OpenHub[] = [];
  #isStopping = false;

  constructor(options: HubDirectoryOptions) {
    this.#options = options;
  }

  /** Opens those that are named from the start; rejects with what keeps one of them from it. */
  async start(): Promise<void> {
    const outcomes = await Promise.allSettled(this.#options.names.map((name) => this.#open(name)));
    for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
  }

  async find(name = this.#options.names[0]): Promise<HubRuntime | undefined> {
    if (name === undefined) return undefined;
    const known = this.#hubs.get(name.toLowerCase());
    if (known) return (await known).runtime;
    if (!this.#options.dynamic || !NAME.test(name) || this.#isStopping) return undefined;
    return (await this.#open(name)).runtime;
  }

  open(): readonly HubRuntime[] {
    return this.#opened.map(({ runtime }) => runtime);
  }

  async stopWork(graceMs: number): Promise<void> {
    this.#isStopping = true;
    await Promise.allSettled(this.#hubs.values());
    await Promise.all(this.#opened.map((hub) => hub.stopWork(graceMs)));
  }

  async close(): Promise<void> {
    await Promise.all(this.#opened.map((hub) => hub.close()));
  }

  #open(name: string): Promise<OpenHub> {
    const key = name.toLowerCase();
    const opening = this.#options.open(name).then((hub) => {
      this.#opened.push(hub);
      void hub.failed.then(this.#options.onFailure);
      return hub;
    });
    this.#hubs.set(key, opening);
    opening.catch((error: unknown) => {
      // The next caller tries again.
      this.#hubs.delete(key);
      this.#options.logger.error(`The task hub '${name}' cannot be opened: ${errorText(error)}`);
    });
    return opening;
  }
}
