import type { EntityId, OrchestrationContext, OrchestrationHandler, Task } from "durable-functions";

/** What the world outside an orchestrator answers. */
export interface Script {
  readonly input?: unknown;
  readonly instanceId?: string;
  /** By activity name; a throw fails the activity. */
  readonly activities?: Readonly<Record<string, (input: never) => unknown>>;
  /** Called for every `callEntity` and `signalEntity`. */
  readonly entity?: (id: EntityId, operation: string, input: unknown) => unknown;
  /** External events that arrive in time, by name. */
  readonly events?: Readonly<Record<string, unknown>>;
}

/** What an orchestrator did. */
export interface Outcome {
  readonly output: unknown;
  readonly statuses: readonly unknown[];
  /** Activities, entity operations, locks and releases in the order they were run. */
  readonly calls: readonly string[];
  readonly continuedAsNew: unknown;
  readonly timers: readonly { readonly fireAt: Date; readonly canceled: boolean }[];
}

/** Time at which every scripted run begins. */
export const START = new Date("2026-01-05T08:00:00.000Z");

class FakeTask implements Task {
  isCompleted = false;
  isFaulted = false;
  isCanceled = false;
  result?: unknown;

  constructor(
    private readonly run: () => unknown,
    /** False for an event that never arrives: `Task.any` then takes the other one. */
    readonly canComplete = true,
    readonly fireAt?: Date,
  ) {}

  cancel(): void {
    this.isCanceled = true;
  }

  settle(): void {
    if (this.isCompleted) return;
    this.isCompleted = true;
    try {
      this.result = this.run();
    } catch (error) {
      this.isFaulted = true;
      this.result = error;
    }
  }

  value(): unknown {
    this.settle();
    if (this.isFaulted) throw this.result;
    return this.result;
  }
}

class ScriptedRun {
  readonly statuses: unknown[] = [];
  readonly calls: string[] = [];
  readonly timers: FakeTask[] = [];
  continuedAsNew: unknown;
  private now = START;

  constructor(private readonly script: Script) {}

  context(): OrchestrationContext {
    const now = (): Date => this.now;
    const df = {
      instanceId: this.script.instanceId ?? "order-1",
      get currentUtcDateTime(): Date {
        return now();
      },
      getInput: () => this.script.input,
      setCustomStatus: (status: unknown) => this.statuses.push(status),
      continueAsNew: (input: unknown) => (this.continuedAsNew = input),
      callActivity: (name: string, input: unknown) => this.activity(name, input, 1),
      callActivityWithRetry: (name: string, retry: { maxNumberOfAttempts: number }, input: unknown) =>
        this.activity(name, input, retry.maxNumberOfAttempts),
      callEntity: (id: EntityId, operation: string, input: unknown) => this.entity(id, operation, input),
      signalEntity: (id: EntityId, operation: string, input: unknown) => this.entity(id, operation, input).settle(),
      lock: (ids: readonly EntityId[]) => this.lock(ids),
      createTimer: (fireAt: Date) => this.timer(fireAt),
      waitForExternalEvent: (name: string) => this.event(name),
      Task: {
        all: (tasks: FakeTask[]) => new FakeTask(() => tasks.map((task) => task.value())),
        any: (tasks: FakeTask[]) => new FakeTask(() => this.first(tasks)),
      },
    };
    return { df } as unknown as OrchestrationContext;
  }

  private activity(name: string, input: unknown, attempts: number): FakeTask {
    return new FakeTask(() => {
      const code = this.script.activities?.[name] as ((input: unknown) => unknown) | undefined;
      if (code === undefined) throw new Error(`The script has no activity ${name}.`);
      for (let attempt = 1; ; attempt++) {
        this.calls.push(name);
        try {
          return code(input);
        } catch (error) {
          const reason = error instanceof Error ? error.message : String(error);
          if (attempt === attempts) throw new Error(`Activity function '${name}' failed: ${reason} \n details`);
        }
      }
    });
  }

  private entity(id: EntityId, operation: string, input: unknown): FakeTask {
    return new FakeTask(() => {
      this.calls.push(`${id.name}/${id.key}.${operation}`);
      return this.script.entity?.(id, operation, input);
    });
  }

  private lock(ids: readonly EntityId[]): FakeTask {
    const keys = ids.map((id) => id.key).join("+");
    return new FakeTask(() => {
      this.calls.push(`lock ${keys}`);
      return { release: () => this.calls.push(`unlock ${keys}`) };
    });
  }

  private timer(fireAt: Date): FakeTask {
    const task = new FakeTask(
      () => {
        this.now = fireAt;
      },
      true,
      fireAt,
    );
    this.timers.push(task);
    return task;
  }

  private event(name: string): FakeTask {
    const events = this.script.events ?? {};
    return new FakeTask(() => events[name], name in events);
  }

  private first(tasks: readonly FakeTask[]): FakeTask {
    const winner = tasks.find((task) => task.canComplete);
    if (winner === undefined) throw new Error("None of the tasks can complete.");
    winner.settle();
    return winner;
  }
}

/** Drives an orchestrator to its end against a script, the way the runtime does, but in one go and without replay. */
export function runOrchestrator(orchestrator: OrchestrationHandler, script: Script): Outcome {
  const run = new ScriptedRun(script);
  const generator = orchestrator(run.context());
  let step = generator.next();
  while (step.done !== true) {
    const task = step.value as FakeTask;
    task.settle();
    step = task.isFaulted ? generator.throw(task.result) : generator.next(task.result);
  }
  return {
    output: step.value,
    statuses: run.statuses,
    calls: run.calls,
    continuedAsNew: run.continuedAsNew,
    timers: run.timers.map((timer) => ({ fireAt: timer.fireAt ?? START, canceled: timer.isCanceled })),
  };
}
