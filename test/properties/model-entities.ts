import type { EntityId } from "durable-functions";
import { counter } from "./orchestrator";

interface Request {
  readonly from: string;
  readonly operation?: { readonly name: string; readonly input: unknown };
  /** Asks for a lock instead; called when the entity is this requester's. */
  readonly onLocked?: () => void;
  readonly onAnswer?: (answer: { readonly result?: unknown; readonly error?: Error }) => void;
}

interface Entity {
  exists: boolean;
  state: number | undefined;
  lockedBy: string | undefined;
  readonly waiting: Request[];
}

/** Entities as callers see them: one request at a time in order of arrival, and whose lock it is goes first. */
export class ModelEntities {
  readonly #entities = new Map<string, Entity>();

  /** The state of every entity that exists, by id. */
  get states(): Readonly<Record<string, number | null>> {
    const existing = [...this.#entities].filter(([, entity]) => entity.exists);
    return Object.fromEntries(existing.map(([id, entity]) => [id, entity.state ?? null]));
  }

  request(target: string, request: Request): void {
    const entity = this.#entity(target);
    if (entity.lockedBy === request.from) this.#serve(entity, request);
    else entity.waiting.push(request);
    this.#serveWaiting(entity);
  }

  /** Locks one entity after the other, in the order of their ids. */
  lock(targets: readonly string[], from: string, onLocked: () => void): void {
    const [first, ...rest] = targets.toSorted();
    if (first === undefined) return onLocked();
    this.request(first, { from, onLocked: () => this.lock(rest, from, onLocked) });
  }

  release(targets: readonly string[], from: string): void {
    for (const target of targets) {
      const entity = this.#entity(target);
      if (entity.lockedBy === from) entity.lockedBy = undefined;
      this.#serveWaiting(entity);
    }
  }

  #serveWaiting(entity: Entity): void {
    while (entity.lockedBy === undefined) {
      const next = entity.waiting.shift();
      if (!next) return;
      this.#serve(entity, next);
    }
  }

  #serve(entity: Entity, { from, operation, onLocked, onAnswer }: Request): void {
    if (onLocked) {
      entity.lockedBy = from;
      return onLocked();
    }
    let result: unknown;
    try {
      counter({
        df: {
          operationName: operation?.name,
          getInput: () => operation?.input,
          getState: (initial) => entity.state ?? initial(),
          setState(value) {
            entity.exists = true;
            entity.state = value;
          },
          return(value) {
            entity.exists = true;
            result = value;
          },
        },
      });
      onAnswer?.({ result });
    } catch {
      // All that the SDK hands on of an entity's error: contract §2.7.
      onAnswer?.({ error: new Error("[object Object]") });
    }
  }

  #entity(id: string): Entity {
    const known = this.#entities.get(id);
    if (known) return known;
    const entity: Entity = { exists: false, state: undefined, lockedBy: undefined, waiting: [] };
    this.#entities.set(id, entity);
    return entity;
  }
}

/** The instance id of an entity (contract §3.2). */
export function entityInstanceId({ name, key }: EntityId): string {
  return `@${name.toLowerCase()}@${key}`;
}
