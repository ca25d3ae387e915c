import {
  DurableHostError,
  isTerminal,
  type EntityState,
  type HistoryEvent,
  type InstanceExplanation,
  type InstanceQuery,
  type InstanceState,
  type StartOptions,
  type TaskHub,
} from "@durable-host/engine";

export const T0 = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

export function anInstance(fields: Partial<InstanceState> = {}): InstanceState {
  return {
    instanceId: "i1",
    executionId: "e1",
    name: "hello",
    version: "",
    runtimeStatus: "Running",
    input: '{"city":"Tokyo"}',
    output: null,
    customStatus: null,
    createdAt: T0,
    lastUpdatedAt: T0 + 1000,
    ...fields,
  };
}

/** A task hub of plain maps: it answers from what a test put in and records what it was asked to do. */
export class FakeTaskHub implements TaskHub {
  readonly name = "Orders";
  readonly instances = new Map<string, InstanceState>();
  readonly entities = new Map<string, EntityState>();
  readonly histories = new Map<string, readonly HistoryEvent[]>();
  readonly explanations = new Map<string, InstanceExplanation>();
  readonly calls: unknown[][] = [];
  /** How a started instance looks when a wait for it ends. */
  ended: Partial<InstanceState> | undefined = { runtimeStatus: "Completed", output: '"done"' };
  failWith: Error | undefined;
  nextToken: string | undefined;
  /** What a recursive purge says it has left. */
  leftRunning: readonly string[] = [];

  add(fields: Partial<InstanceState> = {}): this {
    const instance = anInstance(fields);
    this.instances.set(instance.instanceId, instance);
    return this;
  }

  start(options: StartOptions) {
    this.#record("start", options);
    if (options.name !== "hello") {
      throw new DurableHostError("UNKNOWN_FUNCTION", `The function '${options.name}' doesn't exist. Known: 'hello'.`);
    }
    return Promise.resolve(options.instanceId ?? "0".repeat(32));
  }

  startAndWait(options: StartOptions, timeoutMs: number) {
    this.#record("startAndWait", options, timeoutMs);
    const instanceId = options.instanceId ?? "0".repeat(32);
    return Promise.resolve(this.ended && anInstance({ instanceId, ...this.ended }));
  }

  getInstance(instanceId: string) {
    this.#record("getInstance", instanceId);
    return Promise.resolve(this.instances.get(instanceId));
  }

  queryInstances(query: InstanceQuery) {
    this.#record("queryInstances", query);
    return Promise.resolve({ instances: [...this.instances.values()], continuationToken: this.nextToken });
  }

  readHistory(instanceId: string) {
    return Promise.resolve(this.histories.get(instanceId) ?? []);
  }

  explain(instanceId: string) {
    return Promise.resolve(this.explanations.get(instanceId));
  }

  listInstanceIds() {
    return Promise.resolve({ instanceIds: [...this.instances.keys()] });
  }

  waitForStart(instanceId: string) {
    return Promise.resolve(this.instances.get(instanceId));
  }

  waitForCompletion(instanceId: string) {
    return Promise.resolve(this.instances.get(instanceId));
  }

  raiseEvent(...args: Parameters<TaskHub["raiseEvent"]>) {
    return this.#act("raiseEvent", ...args);
  }

  terminate(...args: Parameters<TaskHub["terminate"]>) {
    return this.#act("terminate", ...args);
  }

  suspend(...args: Parameters<TaskHub["suspend"]>) {
    return this.#act("suspend", ...args);
  }

  resume(...args: Parameters<TaskHub["resume"]>) {
    return this.#act("resume", ...args);
  }

  rewind(...args: Parameters<TaskHub["rewind"]>) {
    this.#record("rewind", ...args);
    return Promise.resolve();
  }

  restart(instanceId: string, withNewInstanceId: boolean) {
    this.#record("restart", instanceId, withNewInstanceId);
    if (!this.instances.has(instanceId))
      throw new DurableHostError("INSTANCE_NOT_FOUND", `No instance '${instanceId}'.`);
    return Promise.resolve(withNewInstanceId ? "0".repeat(32) : instanceId);
  }

  purgeInstance(...args: Parameters<TaskHub["purgeInstance"]>) {
    this.#record("purgeInstance", ...args);
    return Promise.resolve({ deleted: this.instances.delete(args[0]) ? 1 : 0, running: this.leftRunning });
  }

  purgeInstances(...args: Parameters<TaskHub["purgeInstances"]>) {
    this.#record("purgeInstances", ...args);
    const ended = [...this.instances.values()].filter((each) => isTerminal(each.runtimeStatus));
    return Promise.resolve({ deleted: ended.length, running: this.leftRunning });
  }

  signalEntity(...args: Parameters<TaskHub["signalEntity"]>) {
    this.#record("signalEntity", ...args);
    return Promise.resolve();
  }

  getEntity(...[id]: Parameters<TaskHub["getEntity"]>) {
    this.#record("getEntity", id);
    return Promise.resolve(this.entities.get(`${id.name}/${id.key}`));
  }

  queryEntities(...args: Parameters<TaskHub["queryEntities"]>) {
    this.#record("queryEntities", ...args);
    return Promise.resolve({ entities: [...this.entities.values()], continuationToken: this.nextToken });
  }

  cleanEntities() {
    this.#record("cleanEntities");
    return Promise.resolve({ emptyEntitiesRemoved: 2, orphanedLocksReleased: 1 });
  }

  #record(...call: unknown[]): void {
    this.calls.push(call);
    if (this.failWith) throw this.failWith;
  }

  #act(operation: string, instanceId: string, ...rest: unknown[]): Promise<void> {
    this.#record(operation, instanceId, ...rest);
    const state = this.instances.get(instanceId);
    if (!state) return Promise.reject(new DurableHostError("INSTANCE_NOT_FOUND", "none"));
    if (isTerminal(state.runtimeStatus)) return Promise.reject(new DurableHostError("INSTANCE_ENDED", "ended"));
    if (operation === "suspend" && state.runtimeStatus === "Suspended") {
      return Promise.reject(new DurableHostError("INSTANCE_STATE", "Cannot suspend: it is already suspended."));
    }
    return Promise.resolve();
  }
}
