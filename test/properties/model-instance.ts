import type { EntityId, RetryOptions } from "durable-functions";
import type { ActivityScript } from "./activity-script";
import { entityInstanceId, type ModelEntities } from "./model-entities";
import { Group, ModelTask, TimerTask } from "./model-tasks";
import { program, type Df, type DurableTask } from "./orchestrator";
import type { ActivityInput, RunInput } from "./program";

/** How an instance has ended. */
export interface Ended {
  readonly run: string;
  readonly runtimeStatus: "Completed" | "Failed";
  /** JSON of the result, or the text of the failure. */
  readonly output: string | null;
  readonly customStatus: string | null;
}

/** What an instance lives in. */
export interface World {
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly script: ActivityScript;
  readonly entities: ModelEntities;
  /** Unique text. */
  newName(): string;
  /** Does something at this time. */
  at(time: number, act: () => void): void;
  /** Does something now, after what is already to be done now. */
  soon(act: () => void): void;
  start(instanceId: string, input: RunInput, onEnd: (ended: Ended) => void): void;
  raiseEvent(instanceId: string, name: string, payload: unknown): void;
}

type Outcome = { readonly result: unknown } | { readonly error: Error };

/** One orchestration instance of the model, through all of its executions. */
export class ModelInstance {
  #generator: Generator<DurableTask, unknown> | undefined;
  #current: ModelTask | undefined;
  #customStatus: string | null = null;
  /** What has to end before the execution can. */
  readonly #open = new Set<object>();
  /** Set when the code has ended; its execution may have to wait for what is open. */
  #ending: { readonly runtimeStatus: Ended["runtimeStatus"]; readonly output: string | null } | undefined;
  #next: RunInput | undefined;
  #ended = false;
  #locked: string[] = [];
  #waiters = new Map<string, ModelTask[]>();
  #buffered = new Map<string, unknown[]>();
  #carriedOver: { readonly name: string; readonly payload: unknown }[] = [];

  constructor(
    readonly model: World,
    readonly instanceId: string,
    private input: RunInput,
    readonly onEnd: (ended: Ended) => void,
  ) {}

  begin(): void {
    this.#generator = program({ df: this.#context() });
    this.#resume(() => this.#generator?.next());
  }

  onEvent(name: string, payload: unknown): void {
    if (this.#ended) return;
    if (this.#ending) return void this.#carriedOver.push({ name, payload });
    const waiter = this.#waiters.get(name)?.pop();
    if (waiter) {
      waiter.succeed(payload);
      this.#goOn();
    } else this.#buffered.set(name, [...(this.#buffered.get(name) ?? []), payload]);
  }

  #context(): Df {
    const { model, instanceId } = this;
    return {
      instanceId,
      get currentUtcDateTime() {
        return new Date(model.time);
      },
      isReplaying: false,
      getInput: () => this.input,
      newGuid: () => "<guid>",
      setCustomStatus: (status) => void (this.#customStatus = JSON.stringify(status)),
      continueAsNew: (input) => void (this.#next = input as RunInput),
      Task: {
        all: (tasks) => new Group("all", tasks as ModelTask[]),
        any: (tasks) => new Group("any", tasks as ModelTask[]),
      },
      createTimer: (fireAt) => this.#timer(fireAt.getTime()),
      waitForExternalEvent: (name) => new ModelTask((task) => this.#wait(name, task)),
      callActivity: (_name, input) =>
        new ModelTask((task) => this.#retrying(task, 1, undefined, this.#activity(input))),
      callActivityWithRetry: (_name, options, input) =>
        new ModelTask((task) => this.#retrying(task, 1, options, this.#activity(input))),
      callSubOrchestrator: (_name, input, id) =>
        new ModelTask((task) => this.#retrying(task, 1, undefined, this.#child(input, id))),
      callSubOrchestratorWithRetry: (_name, options, input, id) =>
        new ModelTask((task) => this.#retrying(task, 1, options, this.#child(input, id))),
      callEntity: (id, operation, input) => new ModelTask((task) => this.#call(task, id, operation, input)),
      signalEntity: (id, name, input) =>
        model.entities.request(entityInstanceId(id), { from: instanceId, operation: { name, input } }),
      lock: (...ids) => new ModelTask((task) => this.#lock(task, ids)),
    };
  }

  #timer(fireAt: number): ModelTask {
    const end = (task: ModelTask) => {
      if (!this.#open.delete(task)) return;
      if (!this.#ending) task.succeed(undefined);
      this.#goOn();
    };
    const begin = (task: ModelTask) => {
      this.#open.add(task);
      this.model.at(fireAt, () => end(task));
    };
    return new TimerTask(begin, (task) => void this.#open.delete(task));
  }

  #wait(name: string, task: ModelTask): void {
    const buffered = this.#buffered.get(name) ?? [];
    if (buffered.length > 0) task.succeed(buffered.shift());
    else this.#waiters.set(name, [...(this.#waiters.get(name) ?? []), task]);
  }

  /** Tries until it succeeds, the attempts are used up, or nobody waits any more. */
  #retrying(
    task: ModelTask,
    attempt: number,
    options: RetryOptions | undefined,
    run: (onEnd: (outcome: Outcome) => void) => void,
  ): void {
    const token = {};
    this.#open.add(token);
    run((outcome) => {
      this.#open.delete(token);
      if (this.#ending) return this.#goOn();
      if ("result" in outcome) task.succeed(outcome.result);
      else if (!options) task.fail(outcome.error);
      else return this.#afterFailure(task, attempt, options, run, outcome.error);
      this.#goOn();
    });
  }

  #afterFailure(
    task: ModelTask,
    attempt: number,
    options: RetryOptions,
    run: (onEnd: (outcome: Outcome) => void) => void,
    error: Error,
  ): void {
    const isLast = attempt >= options.maxNumberOfAttempts;
    const grown = options.firstRetryIntervalInMilliseconds * (options.backoffCoefficient ?? 1) ** (attempt - 1);
    const pause = {};
    this.#open.add(pause);
    const onPauseEnd = () => {
      this.#open.delete(pause);
      if (!this.#ending) {
        if (isLast) task.fail(error);
        else this.#retrying(task, attempt + 1, options, run);
      }
      this.#goOn();
    };
    this.#goOn();
    // The last failure, too, is told by a timer, which is due at once.
    if (isLast) this.model.soon(onPauseEnd);
    else this.model.at(this.model.time + grown, onPauseEnd);
  }

  #activity(input: unknown): (onEnd: (outcome: Outcome) => void) => void {
    const { model } = this;
    return (onEnd) => {
      const { at, result, error, event } = model.script.begin(input as ActivityInput, model.newName(), model.time);
      if (event) model.at(event.at, () => model.raiseEvent(event.instanceId, event.name, event.payload));
      const failed = `Activity function 'work' failed: ${error}`;
      model.at(at, () => onEnd(error === undefined ? { result } : { error: new Error(`${failed} \n ${failed}`) }));
    };
  }

  #child(input: unknown, id: string | undefined): (onEnd: (outcome: Outcome) => void) => void {
    const { model } = this;
    return (onEnd) =>
      model.start(id ?? `child ${model.newName()}`, input as RunInput, ({ runtimeStatus, output }) =>
        model.soon(() =>
          onEnd(
            runtimeStatus === "Completed"
              ? { result: JSON.parse(output ?? "null") }
              : { error: new Error(`${output} \n ${output}`) },
          ),
        ),
      );
  }

  #call(task: ModelTask, id: EntityId, name: string, input: unknown): void {
    this.model.entities.request(entityInstanceId(id), {
      from: this.instanceId,
      operation: { name, input },
      onAnswer: ({ result, error }) =>
        this.model.soon(() => {
          if (this.#ending) return;
          if (error) task.fail(error);
          else task.succeed(result);
          this.#goOn();
        }),
    });
  }

  #lock(task: ModelTask, ids: readonly EntityId[]): void {
    const targets = [...new Set(ids.map(entityInstanceId))];
    const release = () => {
      this.model.entities.release(targets, this.instanceId);
      this.#locked = [];
    };
    this.model.entities.lock(targets, this.instanceId, () => {
      this.#locked = targets;
      this.model.soon(() => {
        task.succeed({ release });
        this.#goOn();
      });
    });
  }

  /** Something has happened: the code goes on if it can, and the execution ends if it can. */
  #goOn(): void {
    const { result, isCompleted, isFaulted } = this.#current ?? {};
    if (!this.#ending && isCompleted) this.#resume(() => this.#generator?.next(result));
    else if (!this.#ending && isFaulted) this.#resume(() => this.#generator?.throw(result));
    if (this.#ending && this.#open.size === 0 && !this.#ended) this.#end();
  }

  #resume(step: () => IteratorResult<DurableTask, unknown> | undefined): void {
    try {
      const yielded = step();
      if (!yielded) return;
      if (yielded.done || this.#next) {
        this.#ending = { runtimeStatus: "Completed", output: JSON.stringify(yielded.value) ?? null };
      } else {
        this.#current = yielded.value as ModelTask;
        this.#current.start();
      }
    } catch (error) {
      const output = `Orchestrator function 'program' failed: ${(error as Error).message}`;
      this.#ending = { runtimeStatus: "Failed", output };
    }
    if (this.#ending) {
      this.model.entities.release(this.#locked, this.instanceId);
      this.#locked = [];
    }
    this.#goOn();
  }

  #end(): void {
    const { runtimeStatus, output } = this.#ending ?? { runtimeStatus: "Failed", output: null };
    if (!this.#next || runtimeStatus === "Failed") {
      this.#ended = true;
      return this.onEnd({ run: this.input.run, runtimeStatus, output, customStatus: this.#customStatus });
    }
    this.input = this.#next;
    this.#next = undefined;
    this.#ending = undefined;
    this.#current = undefined;
    this.#waiters = new Map();
    this.#buffered = new Map();
    const carriedOver = this.#carriedOver;
    this.#carriedOver = [];
    this.model.soon(() => {
      this.begin();
      for (const { name, payload } of carriedOver) this.onEvent(name, payload);
    });
  }
}
