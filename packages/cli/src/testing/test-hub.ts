import {
  DurableHostError,
  exportInstances,
  isTerminal,
  type HistoryEvent,
  type InstanceExport,
  type TaskHub,
} from "@durable-host/engine";
import { waitText, type FunctionDescription } from "@durable-host/functions";
import type { Executed } from "./execution-log";
import { payloadOf, toTestInstance, valueOf, type TestInstance } from "./test-instance";
import type { StartTestOptions, TestEntity, Until } from "./test-hub-options";
import type { TestHubParts } from "./test-hub-parts";
import type { TestLogEntry } from "./test-log";

/**
 * A task hub under a test. Time in it is virtual: it moves only while something is awaited here, when nothing else is to be
 * done, and then at once to the next time at which something is due.
 *
 * Methods reject with an error whose `code` says what was wrong (INSTANCE_NOT_FOUND, UNKNOWN_FUNCTION, …), and all of them with
 * the same error once an orchestrator has turned out not to be deterministic.
 */
export class TestHub {
  readonly #parts: TestHubParts;
  readonly #hub: TaskHub;

  /** Made by `createTestHub`. */
  constructor(parts: TestHubParts) {
    this.#parts = parts;
    this.#hub = parts.taskHub;
  }

  /** Starts an orchestration; resolves to its instance id. */
  start(name: string, options: StartTestOptions = {}): Promise<string> {
    const { input, startAt, ...rest } = options;
    const scheduled = startAt ? { scheduledStartTime: startAt.getTime() } : {};
    return this.#during(this.#hub.start({ name, input: payloadOf(input), ...rest, ...scheduled }));
  }

  /** Starts an orchestration and waits for its end, however it ends. */
  async run(name: string, input?: unknown, options: Omit<StartTestOptions, "input"> = {}): Promise<TestInstance> {
    return this.waitFor(await this.start(name, { ...options, input }));
  }

  /** Waits until an instance has ended; rejects when nothing is left that could end it. */
  waitFor(instanceId: string): Promise<TestInstance> {
    return this.#until(instanceId, "ended", ({ runtimeStatus }) => isTerminal(runtimeStatus));
  }

  /**
   * Waits until an instance is in a state: `hub.waitUntil(id, ({ customStatus }) => customStatus === "waiting")`. Rejects when
   * it ends in another one, and when nothing is left that could change it.
   */
  waitUntil(instanceId: string, reached: (instance: TestInstance) => boolean): Promise<TestInstance> {
    return this.#until(instanceId, "reached what the test waits for", reached);
  }

  /** The instance as it is now; undefined when there is none. */
  async status(instanceId: string): Promise<TestInstance | undefined> {
    const state = await this.#during(this.#hub.getInstance(instanceId));
    return state && toTestInstance(state);
  }

  /** All events of the newest execution, in order. Empty when there is no such instance. */
  history(instanceId: string): Promise<readonly HistoryEvent[]> {
    return this.#during(this.#hub.readHistory(instanceId));
  }

  /** Records instances, with their sub-orchestrations, for `replayHistory`: write it to a file as JSON. */
  exportInstances(...instanceIds: string[]): Promise<InstanceExport> {
    const options = { recursive: true, exportedAt: this.now().getTime() };
    return this.#during(exportInstances(this.#hub, instanceIds, options));
  }

  /**
   * Sends a request to the app's HTTP functions, by their routes, or to the management API: `hub.fetch("/api/orders", { method:
   * "POST", body })`. Their durable client is the app's own. Virtual time stands still until the answer is there.
   */
  fetch(path: string, init?: RequestInit): Promise<Response> {
    return this.#triggered(() => this.#parts.triggers.fetch(path, init));
  }

  /**
   * Runs any other function with what its trigger would give it: the message of a queue, a timer's schedule. Resolves to what
   * it returns. Virtual time stands still meanwhile.
   */
  invoke(functionName: string, value?: unknown, metadata?: Readonly<Record<string, unknown>>): Promise<unknown> {
    return this.#triggered(() => this.#parts.triggers.invoke(functionName, value, metadata));
  }

  raiseEvent(instanceId: string, name: string, value?: unknown): Promise<void> {
    return this.#during(this.#hub.raiseEvent(instanceId, name, payloadOf(value)));
  }

  terminate(instanceId: string, reason?: string): Promise<void> {
    return this.#during(this.#hub.terminate(instanceId, reason ?? null));
  }

  suspend(instanceId: string, reason?: string): Promise<void> {
    return this.#during(this.#hub.suspend(instanceId, reason ?? null));
  }

  resume(instanceId: string, reason?: string): Promise<void> {
    return this.#during(this.#hub.resume(instanceId, reason ?? null));
  }

  /** Lets a failed instance go on from where it failed. */
  rewind(instanceId: string, reason?: string): Promise<void> {
    return this.#during(this.#hub.rewind(instanceId, reason ?? null));
  }

  /** Deletes an instance with its history; one that runs is terminated first. Resolves to whether there was one. */
  async purge(instanceId: string): Promise<boolean> {
    return (await this.#during(this.#hub.purgeInstance(instanceId))).deleted > 0;
  }

  /** Sends an operation to an entity, to be executed now or at a virtual time; `settle` waits until it is. */
  signalEntity(name: string, key: string, operation: string, input?: unknown, at?: Date): Promise<void> {
    return this.#during(this.#hub.signalEntity({ name, key }, operation, payloadOf(input), at?.getTime()));
  }

  /** The state of an entity once everything it has been asked for by now is done; undefined when it does not exist. */
  async readEntity<State = unknown>(name: string, key: string): Promise<TestEntity<State> | undefined> {
    await this.settle();
    const entity = await this.#during(this.#hub.getEntity({ name, key }));
    if (!entity) return undefined;
    // The state is JSON that the app's own code has written: only the test knows its type.
    return { state: valueOf(entity.state) as State, lastOperationAt: new Date(entity.lastOperationAt) };
  }

  /** The inputs with which an activity was executed, in order; every attempt of a retry counts. */
  calls<Input = unknown>(activity: string): Input[] {
    const name = activity.toLowerCase();
    return this.executed.flatMap((each) =>
      each.kind === "activity" && each.name.toLowerCase() === name ? [each.input as Input] : [],
    );
  }

  /** All executions of activities and entity operations, in the order in which they began. */
  get executed(): readonly Executed[] {
    return this.#parts.executed;
  }

  /** The functions that the app has registered, of all kinds, with their bindings. */
  get functions(): readonly FunctionDescription[] {
    return this.#parts.functions;
  }

  /** What the app and the runtime have logged. Nothing is printed. */
  get logs(): readonly TestLogEntry[] {
    return this.#parts.log.entries;
  }

  /** Virtual time: what `currentUtcDateTime` shows to an orchestrator that runs now. `Date` stays real everywhere. */
  now(): Date {
    return new Date(this.#parts.clock.now());
  }

  /** Lets virtual time pass, and everything happen that becomes due on the way. */
  async advance(until: Until): Promise<void> {
    return this.#parts.pacer.advanceTo(timeOf(until, this.#parts.clock.now()));
  }

  /** Resolves when everything is done that can be done without time passing. */
  settle(): Promise<void> {
    return this.#parts.pacer.settled();
  }

  /**
   * For the code of a replaced activity: takes this much virtual time, in which others may go on. (Waiting for anything real
   * keeps virtual time where it is.) One at a time in each execution. Rejects when no such code runs: a test that slept would
   * wait for time that moves only while it waits for something else; `advance` is for tests.
   */
  async sleep(ms: number): Promise<void> {
    const { clock, pacer, sleeping, worker } = this.#parts;
    if (worker.active <= sleeping.count) throw new Error(NOTHING_SLEEPS);
    const time = timeOf(ms, clock.now()) - clock.now();
    sleeping.count++;
    const over = new Promise<void>((resolve) => void clock.awaited.schedule(time, resolve));
    pacer.changed();
    await over;
    sleeping.count--;
  }

  /** Ends everything: nothing is left open, and waits that are still pending reject. */
  async dispose(): Promise<void> {
    const { pacer, worker, triggers, store, clock } = this.#parts;
    pacer.fail(new Error("The test hub has been disposed of."));
    const stopped = worker.stop(0);
    // Its patience of 0 ms is over at once; code that still runs is not waited for.
    clock.moveTo(clock.now());
    await Promise.all([stopped, triggers.close()]);
    await store.stop();
  }

  #triggered<T>(run: () => Promise<T>): Promise<T> {
    const { triggered } = this.#parts;
    triggered.count++;
    return this.#during(run().finally(() => triggered.count--));
  }

  /** What an operation comes to, while time moves for it if it has to. */
  #during<T>(operation: Promise<T>): Promise<T> {
    const { pacer } = this.#parts;
    let outcome: { readonly value: T } | { readonly error: unknown } | undefined;
    operation.then(
      (value) => {
        outcome = { value };
        pacer.changed();
      },
      (error: unknown) => {
        outcome = { error };
        pacer.changed();
      },
    );
    const look = async () => outcome;
    const explain = async () => new Error("The operation cannot end.");
    return pacer.until(look, explain).then((ended) => {
      if ("error" in ended) throw ended.error;
      return ended.value;
    });
  }

  #until(instanceId: string, what: string, reached: (instance: TestInstance) => boolean): Promise<TestInstance> {
    const { pacer, store } = this.#parts;
    const look = async (): Promise<TestInstance | undefined> => {
      const state = await store.getInstance(instanceId);
      if (!state) throw new DurableHostError("INSTANCE_NOT_FOUND", `No instance with ID '${instanceId}' found.`);
      const instance = toTestInstance(state);
      if (reached(instance)) return instance;
      if (isTerminal(instance.runtimeStatus)) throw new Error(`${describe(instance)} It never ${what}.`);
      return undefined;
    };
    return pacer.until(look, () => this.#explainStuck(instanceId, what));
  }

  /** Why a wait for this instance would never end. */
  async #explainStuck(instanceId: string, what: string): Promise<Error> {
    const explanation = await this.#hub.explain(instanceId);
    if (!explanation) return new Error(`Instance '${instanceId}' is gone.`);
    const waits = explanation.waitsFor.map((wait) => waitText(wait, explanation.at));
    return new Error(
      `${describe(toTestInstance(explanation.instance))} It has not ${what}, and nothing is left that could bring that about: ` +
        `nothing is being executed, no timer is due, and it ${waits.join("; it ") || "waits for nothing that is known"}.`,
    );
  }
}

const NOTHING_SLEEPS =
  "hub.sleep is for the code of a replaced activity, and none runs. A test lets time pass with hub.advance(ms).";

/** A point in time, in whole milliseconds since the epoch: stores keep no smaller ones. */
function timeOf(until: Until, now: number): number {
  const time = Math.trunc(typeof until === "number" ? now + until : until.getTime());
  if (Number.isNaN(new Date(time).getTime())) throw new RangeError(`${String(until)} is no time to go to.`);
  return time;
}

function describe({ instanceId, name, runtimeStatus, customStatus, output }: TestInstance): string {
  const status = customStatus === undefined ? "" : `, its custom status is ${JSON.stringify(customStatus)}`;
  const result = output === undefined ? "" : `, its output is ${JSON.stringify(output)}`;
  return `Instance '${instanceId}' of '${name}' is ${runtimeStatus}${status}${result}.`;
}
