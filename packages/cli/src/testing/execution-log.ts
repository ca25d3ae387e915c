import type { Executor } from "@durable-host/engine";
import { valueOf } from "./test-instance";

/** One execution of an activity or of an entity's operation, in the order in which they began. Retries count. */
export type Executed =
  | { readonly kind: "activity"; readonly name: string; readonly input: unknown; readonly instanceId: string }
  | {
      readonly kind: "entity";
      readonly name: string;
      readonly key: string;
      readonly operation: string;
      readonly input: unknown;
    };

/**
 * An executor that notes what it executes. `onDefect` is told of code that could not be run to an answer: a host would try
 * again for ever, a test is to fail.
 */
export function logExecutions(executor: Executor, log: Executed[], onDefect: (error: unknown) => void): Executor {
  const reporting = async <T>(execution: Promise<T>, signal: AbortSignal): Promise<T> => {
    try {
      return await execution;
    } catch (error) {
      if (!signal.aborted) onDefect(error);
      throw error;
    }
  };
  return {
    ...executor,
    executeOrchestration: (episode, signal) => reporting(executor.executeOrchestration(episode, signal), signal),
    executeActivity(task, signal, cancellation) {
      const { name, instanceId } = task;
      log.push({ kind: "activity", name, input: valueOf(task.input), instanceId });
      return reporting(executor.executeActivity(task, signal, cancellation), signal);
    },
    executeEntity(batch, signal) {
      const { name, key } = batch.entity;
      for (const { name: operation, input } of batch.operations) {
        log.push({ kind: "entity", name, key, operation, input: valueOf(input) });
      }
      return reporting(executor.executeEntity(batch, signal), signal);
    },
  };
}
