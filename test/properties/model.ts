import { ActivityScript } from "./activity-script";
import { ModelEntities } from "./model-entities";
import { ModelInstance, type Ended, type World } from "./model-instance";
import { EPOCH, type Program, type RunInput } from "./program";

/** What a program must come to. */
export interface Expected {
  /** Of an instance that was tried again under its id, the last attempt. */
  readonly instances: readonly Ended[];
  readonly entities: Readonly<Record<string, number | null>>;
  /** How many attempts of activities there are. */
  readonly activities: number;
}

/**
 * What Durable Functions means, without a history, a replay or a store: time, instances and entities in memory. It runs the
 * same orchestrator code against an orchestration context of its own.
 */
export class Model implements World {
  time = EPOCH;
  readonly script = new ActivityScript();
  readonly entities = new ModelEntities();
  readonly #ended = new Map<string, Ended>();
  readonly #instances = new Map<string, ModelInstance>();
  readonly #agenda: { readonly at: number; readonly act: () => void }[] = [];
  #ready: (() => void)[] = [];
  #names = 0;

  static run(program: Program): Expected {
    const model = new Model();
    const input: RunInput = { ...program, generation: 1, run: "root", slot: 0 };
    model.start("root", input, (ended) => void ended);
    model.#runAll();
    return {
      instances: [...model.#ended.values()],
      entities: model.entities.states,
      activities: model.script.executions.size,
    };
  }

  newName(): string {
    return `${++this.#names}`;
  }

  at(time: number, act: () => void): void {
    this.#agenda.push({ at: Math.max(time, this.time), act });
  }

  soon(act: () => void): void {
    this.#ready.push(act);
  }

  start(instanceId: string, input: RunInput, onEnd: (ended: Ended) => void): void {
    const instance = new ModelInstance(this, instanceId, input, (ended) => {
      this.#ended.set(instanceId, ended);
      onEnd(ended);
    });
    this.#instances.set(instanceId, instance);
    this.soon(() => instance.begin());
  }

  raiseEvent(instanceId: string, name: string, payload: unknown): void {
    this.#instances.get(instanceId)?.onEvent(name, payload);
  }

  #runAll(): void {
    for (;;) {
      for (const act of this.#takeReady()) act();
      if (this.#ready.length > 0) continue;
      const next = this.#next();
      if (!next) return;
      this.time = next.at;
      next.act();
    }
  }

  #takeReady(): readonly (() => void)[] {
    const ready = this.#ready;
    this.#ready = [];
    return ready;
  }

  #next(): { readonly at: number; readonly act: () => void } | undefined {
    let first = 0;
    for (const [index, entry] of this.#agenda.entries()) if (entry.at < (this.#agenda[first]?.at ?? 0)) first = index;
    return this.#agenda.splice(first, 1)[0];
  }
}
