import type { StorageProvider } from "@durable-host/engine";

/** A store of which it is known how much it is asked to do. */
export interface WatchedProvider {
  readonly provider: StorageProvider;
  /** Operations that have been asked for and not answered. */
  readonly pending: number;
}

/**
 * Counts the operations of a store. All work begins and ends with one: when none is pending and no dispatcher holds a work
 * item, nothing happens. `onAnswer` is called after each.
 */
export function watchProvider(store: StorageProvider, onAnswer: () => void): WatchedProvider {
  let pending = 0;
  const counted =
    <Arguments extends unknown[], Answer>(operation: (...args: Arguments) => Promise<Answer>) =>
    async (...args: Arguments): Promise<Answer> => {
      pending++;
      try {
        return await operation(...args);
      } finally {
        pending--;
        onAnswer();
      }
    };
  const provider: StorageProvider = {
    ...store,
    deleteTaskHub: counted(store.deleteTaskHub),
    createInstance: counted(store.createInstance),
    sendMessage: counted(store.sendMessage),
    purgeInstances: counted(store.purgeInstances),
    lockOrchestrations: counted(store.lockOrchestrations),
    lockActivities: counted(store.lockActivities),
    ...(store.lockInstance ? { lockInstance: counted(store.lockInstance) } : {}),
    commitOrchestration: counted(store.commitOrchestration),
    commitActivity: counted(store.commitActivity),
    abandon: counted(store.abandon),
  };
  return {
    provider,
    get pending() {
      return pending;
    },
  };
}
