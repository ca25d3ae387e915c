import { DurableHostError } from "../errors";
import type { Executor, FunctionKind } from "../ports/executor";

/**
 * One executor of two: what `local` has registered runs there, and everything else is for `remote`, whose functions may come
 * and go. So an app and workers that are connected to the hub share it, and call each other's functions.
 *
 * It has the capacity of `remote` only if `local` has none of its own: work for `local` must not wait for `remote`, and what
 * `remote` has no place for it has to hold, or give back.
 */
export function routeExecutor(local: Executor, remote: Executor): Executor {
  const of = (kind: FunctionKind, name: string): Executor => (local.knows(kind, name) ? local : remote);
  const bothBounded = local.capacity && remote.capacity;
  return {
    executeOrchestration: (episode, signal) => of("orchestration", episode.name).executeOrchestration(episode, signal),
    async inspectOrchestration(episode, signal) {
      const executor = of("orchestration", episode.name);
      if (executor.inspectOrchestration) return executor.inspectOrchestration(episode, signal);
      throw new DurableHostError("WORKER_LOST", `Nobody here can look into the code of '${episode.name}'.`);
    },
    executeActivity: (task, ...rest) => of("activity", task.name).executeActivity(task, ...rest),
    executeEntity: (batch, signal) => of("entity", batch.entity.name).executeEntity(batch, signal),
    forget(instanceId) {
      local.forget(instanceId);
      remote.forget(instanceId);
    },
    knows: (kind, name) => local.knows(kind, name) || remote.knows(kind, name),
    names: (kind) => [...new Set([...local.names(kind), ...remote.names(kind)])],
    ...(bothBounded && { capacity: (kind) => (local.capacity?.(kind) ?? 0) + (remote.capacity?.(kind) ?? 0) }),
    onCapacity(listener) {
      const ends = [local.onCapacity?.(listener), remote.onCapacity?.(listener)];
      return () => {
        for (const end of ends) end?.();
      };
    },
  };
}
