import type { Task } from "durable-functions";

/**
 * A part of an orchestrator: yields tasks, returns `T`. What a yield gives back depends on the task,
 * which generators cannot express; name the type at the place that receives it.
 */
// oxlint-disable-next-line typescript/no-explicit-any -- the type the Durable Functions library itself uses
export type Step<T> = Generator<Task, T, any>;
