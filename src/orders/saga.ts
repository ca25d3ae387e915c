import * as df from "durable-functions";
import type { OrchestrationContext, Task } from "durable-functions";
import type { Step } from "./step";

/** What undoes one step: a name for the result, and the task to run. */
interface Compensation {
  readonly name: string;
  readonly task: (context: OrchestrationContext) => Task;
}

/**
 * Remembers how to undo what an order has done. A step registers its compensation *before* it begins:
 * a step that failed half-way must be undone too, and every compensation is harmless when there is nothing to undo.
 */
export class Saga {
  readonly #compensations: Compensation[] = [];

  /** Undo by an activity, retried a few times. */
  undoWith(activity: string, input: unknown): void {
    const retry = new df.RetryOptions(1000, 5);
    this.#compensations.push({
      name: activity,
      task: (context) => context.df.callActivityWithRetry(activity, retry, input),
    });
  }

  /** Undo by an entity operation. */
  undoWithEntity(entity: df.EntityId, operation: string, input: unknown): void {
    this.#compensations.push({
      name: `${entity.name}.${operation}`,
      task: (context) => context.df.callEntity(entity, operation, input),
    });
  }

  /** Runs the compensations, the latest first; returns their names in the order they ran. */
  *undo(context: OrchestrationContext): Step<readonly string[]> {
    const done: string[] = [];
    for (const compensation of this.#compensations.splice(0).reverse()) {
      yield compensation.task(context);
      done.push(compensation.name);
    }
    return done;
  }
}
