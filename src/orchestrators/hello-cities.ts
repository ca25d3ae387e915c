import * as df from "durable-functions";
import type { OrchestrationContext, Task } from "durable-functions";

/** Chaining: each greeting begins when the one before has ended. */
export function* helloCities(context: OrchestrationContext): Generator<Task, string[], string> {
  const greetings: string[] = [];
  for (const city of ["Tokyo", "Seattle", "London"]) {
    greetings.push(yield context.df.callActivity("sayHello", city));
  }
  return greetings;
}

df.app.orchestration("helloCities", helloCities);
