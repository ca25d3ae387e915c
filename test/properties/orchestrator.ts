import { EntityId, RetryOptions } from "durable-functions";
import {
  GENERATIONS,
  endOf,
  EPOCH,
  type ActivityInput,
  type ChildSpec,
  type GroupSpec,
  type MonitorSpec,
  type RunInput,
  type SectionSpec,
  type Step,
  type TaskSpec,
} from "./program";

/** A task of the SDK or of the model. */
export interface DurableTask {
  readonly isCompleted: boolean;
  readonly isFaulted: boolean;
  readonly result?: unknown;
  cancel?(): void;
}

/** The part of the SDK's orchestration context that programs use; the model implements it too. */
export interface Df {
  readonly instanceId: string;
  readonly currentUtcDateTime: Date;
  readonly isReplaying: boolean;
  readonly Task: { all(tasks: DurableTask[]): DurableTask; any(tasks: DurableTask[]): DurableTask };
  getInput(): unknown;
  callActivity(name: string, input: unknown): DurableTask;
  callActivityWithRetry(name: string, options: RetryOptions, input: unknown): DurableTask;
  callSubOrchestrator(name: string, input: unknown, instanceId?: string): DurableTask;
  callSubOrchestratorWithRetry(name: string, options: RetryOptions, input: unknown, instanceId?: string): DurableTask;
  createTimer(fireAt: Date): DurableTask;
  waitForExternalEvent(name: string): DurableTask;
  callEntity(id: EntityId, operation: string, input?: unknown): DurableTask;
  signalEntity(id: EntityId, operation: string, input?: unknown): void;
  lock(...ids: EntityId[]): DurableTask;
  continueAsNew(input: unknown): void;
  setCustomStatus(status: unknown): void;
  newGuid(name: string): string;
}

type Walk<T> = Generator<DurableTask, T, never>;

/** What a yielded task is, so that its result can be told. */
interface Built {
  readonly spec: TaskSpec;
  readonly task: DurableTask;
  readonly parts: readonly Built[];
}

/** The orchestrator of all programs: does what its input says, and returns what it has seen. */
export function* program({ df }: { readonly df: Df }): Walk<unknown> {
  const walker = new Walker(df, df.getInput() as RunInput);
  return yield* walker.run();
}

class Walker {
  readonly #seen: unknown[] = [];

  constructor(
    readonly df: Df,
    readonly input: RunInput,
  ) {}

  *run(): Walk<unknown> {
    const { df, input } = this;
    // A child's first event has an instant of its own, as its last one has.
    if (input.slot > 0) yield this.#timer(input.slot, 1);
    if (yield* this.#steps(input.steps)) return this.#seen;
    if (input.generation < input.generations) df.continueAsNew({ ...input, generation: input.generation + 1 });
    return this.#seen;
  }

  /** Resolves to whether the orchestration is to return. */
  *#steps(steps: readonly Step[]): Walk<boolean> {
    for (const step of steps) if (yield* this.#step(step)) return true;
    return false;
  }

  *#step(step: Step): Walk<boolean> {
    const { df } = this;
    switch (step.kind) {
      case "await":
        yield* this.#announce(step.task);
        this.#seen.push(yield* this.#await(step.task));
        return false;
      case "attempt":
        try {
          return yield* this.#steps(step.steps);
        } catch (error) {
          this.#seen.push({ caught: (error as Error).message });
          return false;
        }
      case "section":
        return yield* this.#section(step);
      case "monitor":
        this.#seen.push(yield* this.#monitor(step));
        return false;
      case "signal":
        df.signalEntity(step.shared === undefined ? this.#own() : sharedEntity(step.shared), "add", step.amount);
        return false;
      case "status":
        df.setCustomStatus(`${step.value} ${this.input.generation}`);
        return false;
      case "now":
        this.#seen.push({ now: df.currentUtcDateTime.getTime() - EPOCH });
        return false;
      case "guid":
        this.#seen.push({ guid: df.newGuid("program") });
        return false;
      case "looksAtReplaying":
        // What it sees differs from run to run and must not get into a result; that it looked must not matter.
        this.#seen.push({ sawReplaying: typeof df.isReplaying });
        return false;
    }
  }

  *#await(spec: TaskSpec): Walk<unknown> {
    const built = this.#build(spec);
    const result: unknown = yield built.task;
    if (spec.kind === "all" || spec.kind === "any") if (spec.cancels) cancelTimers(built);
    return describe(built, result);
  }

  /** Lets the events of a task be sent; each is announced by an activity, which has an instant of its own. */
  *#announce(spec: TaskSpec): Walk<void> {
    if (spec.kind === "all" || spec.kind === "any") for (const task of spec.tasks) yield* this.#announce(task);
    if (spec.kind === "event") yield this.#announceEvent(spec.slot, spec.name, spec.delay);
  }

  #announceEvent(slot: number, name: string, delay: number): DurableTask {
    const announces = { instanceId: this.df.instanceId, name, delay, place: this.#place(slot + 1) };
    return this.df.callActivity("work", { ...this.#work(slot, 6, 1), announces });
  }

  *#monitor({ slot, name, events, eventDelay, delay, cancels }: MonitorSpec): Walk<unknown> {
    const { df } = this;
    const seen: unknown[] = [];
    for (let event = 0; event < events; event++) {
      yield this.#announceEvent(slot + 1 + 2 * event, name, eventDelay * event);
    }
    const timer = this.#timer(slot, delay);
    while (seen.length < events) {
      const event = df.waitForExternalEvent(name);
      if ((yield df.Task.any([event, timer])) === timer) return { seen, until: "timer" };
      seen.push(event.result);
    }
    if (!cancels) yield timer;
    else if (events > 0) timer.cancel?.();
    return { seen, until: "end" };
  }

  *#section({ slot, entities, delay, ending }: SectionSpec): Walk<boolean> {
    const { df } = this;
    yield this.#timer(slot, delay);
    const lock: { release(): void } = yield df.lock(...entities.map(sharedEntity));
    yield df.callActivity("work", this.#work(slot + 1, delay, 1));
    for (const entity of entities) {
      this.#seen.push((yield df.callEntity(sharedEntity(entity), "get")) as unknown);
      yield df.callEntity(sharedEntity(entity), "add", 100);
    }
    if (ending === "fails") yield df.callActivity("work", this.#work(slot + 2, 1, 99));
    if (ending === "returns") return true;
    lock.release();
    // Whoever gets the lock now acts at an instant of its own, and so does this.
    yield this.#timer(slot + 3, 1);
    return false;
  }

  #build(spec: TaskSpec): Built {
    const { df } = this;
    const alone = (task: DurableTask): Built => ({ spec, task, parts: [] });
    switch (spec.kind) {
      case "activity":
        return alone(df.callActivity("work", this.#work(spec.slot, spec.delay, spec.fails ? 99 : 1, spec.twin)));
      case "retriedActivity": {
        const options = this.#retryOptions(spec.attempts, spec.coefficient);
        return alone(df.callActivityWithRetry("work", options, this.#work(spec.slot, spec.delay, spec.succeedsOn)));
      }
      case "timer":
        return alone(this.#timer(spec.slot, spec.delay));
      case "event":
        return alone(df.waitForExternalEvent(spec.name));
      case "call":
        return alone(df.callEntity(this.#own(), spec.operation, spec.amount));
      case "child":
        return alone(this.#child(spec));
      case "all":
      case "any":
        return this.#group(spec);
    }
  }

  #group(spec: GroupSpec): Built {
    const parts = spec.tasks.map((task) => this.#build(task));
    const tasks = parts.map((part) => part.task);
    return { spec, parts, task: this.df.Task[spec.kind](tasks) };
  }

  #child({ slot, steps, generations, named, attempts }: ChildSpec): DurableTask {
    const { df, input } = this;
    const run = `${input.run}.${input.generation}.${slot}`;
    const childInput: RunInput = { steps, generations, modulus: input.modulus, generation: 1, run, slot };
    const instanceId = named ? `child-${run}` : undefined;
    if (attempts === 1) return df.callSubOrchestrator("program", childInput, instanceId);
    return df.callSubOrchestratorWithRetry("program", this.#retryOptions(attempts, 1), childInput, instanceId);
  }

  #timer(slot: number, delay: number): DurableTask {
    const now = this.df.currentUtcDateTime.getTime();
    return this.df.createTimer(new Date(endOf(now, delay, this.#place(slot), this.input.modulus)));
  }

  #work(slot: number, delay: number, succeedsOn: number, twin = 0): ActivityInput {
    const { run, generation, modulus } = this.input;
    return { key: `${run}.${generation}/${slot}-${twin}`, delay, succeedsOn, place: this.#place(slot), modulus };
  }

  #retryOptions(attempts: number, coefficient: number): RetryOptions {
    // Whole rounds: what is tried again ends at the instant of its own slot, too.
    const options = new RetryOptions(this.input.modulus, attempts);
    options.backoffCoefficient = coefficient;
    return options;
  }

  #place(slot: number): number {
    return slot * GENERATIONS + this.input.generation - 1;
  }

  #own(): EntityId {
    return new EntityId("counter", `own-${this.input.run}`);
  }
}

export function sharedEntity(index: number): EntityId {
  return new EntityId("counter", `shared-${index}`);
}

/** The entity of all programs. */
export function counter({ df }: { readonly df: EntityDf }): void {
  const value = df.getState(() => 0);
  if (df.operationName === "add") df.setState(value + (df.getInput() as number));
  else if (df.operationName === "get") df.return(value);
  else throw new Error("no such operation");
}

export interface EntityDf {
  readonly operationName: string | undefined;
  getState(initial: () => number): number;
  setState(value: number): void;
  getInput(): unknown;
  return(value: unknown): void;
}

function cancelTimers({ spec, task, parts }: Built): void {
  if (spec.kind === "timer" && !task.isCompleted) task.cancel?.();
  for (const part of parts) cancelTimers(part);
}

function describe({ spec, parts }: Built, result: unknown): unknown {
  if (spec.kind === "all") return parts.map((part, index) => describe(part, (result as unknown[])[index]));
  if (spec.kind !== "any") return { [spec.kind]: result ?? null };
  const index = parts.findIndex((part) => part.task === result);
  const winner = parts[index];
  if (!winner) return { any: "no such task" };
  if (winner.task.isFaulted) return { any: index, error: (winner.task.result as Error).message };
  return { any: index, won: describe(winner, winner.task.result) };
}
