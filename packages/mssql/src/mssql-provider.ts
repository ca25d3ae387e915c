import { DurableHostError, Listeners, WorkSignals, type RecordStore, type StorageProvider } from "@durable-host/engine";
import { openStore, type MssqlProviderOptions, type OpenStore } from "./open-store";
import type { StoreOperations } from "./store-operations";

/** Makes the SQL Server provider: many processes share one database. Nothing is connected before `start`. */
export function createMssqlProvider(options: MssqlProviderOptions): StorageProvider {
  const signals = new WorkSignals(options.logger);
  const failures = new Listeners<DurableHostError>(options.logger, "failures of the store");
  let opening: Promise<OpenStore> | undefined;
  let opened: OpenStore | undefined;
  const store = () => opened?.operations ?? notStarted();
  const records = recordsOf(store);
  return {
    name: "mssql",

    async start() {
      const beginning = (opening ??= openStore(options, signals));
      try {
        const store = await beginning;
        // A stop meanwhile closes it.
        opened = opening === beginning ? store : notStarted();
      } catch (error) {
        if (opening === beginning) opening = undefined;
        throw error;
      }
    },
    async stop() {
      const closing = opening;
      opening = undefined;
      opened = undefined;
      const store = await closing?.catch(() => undefined);
      await store?.close();
    },
    deleteTaskHub: async () => store().deleteTaskHub(),

    createInstance: async (start, replaceable) => store().createInstance(start, replaceable),
    sendMessage: async (message) => store().sendMessage(message),
    getInstance: async (instanceId) => store().getInstance(instanceId),
    queryInstances: async (query) => store().queryInstances(query),
    readHistory: async (instanceId) => store().readHistory(instanceId),
    // Present or not as the store can tell or not, which is known once it is open.
    get describeWork() {
      return opened?.operations.describeWork;
    },
    purgeInstances: async (instanceIds, statuses) => store().purgeInstances(instanceIds, statuses),

    lockOrchestrations: async (kind, max) => store().lockOrchestrations(kind, max),
    get lockInstance() {
      return opened?.operations.lockInstance;
    },
    lockActivities: async (max) => store().lockActivities(max),
    renewLock: async (item) => store().renewLock(item),
    commitOrchestration: async (item, commit) => store().commitOrchestration(item, commit),
    commitActivity: async (item, outcome) => store().commitActivity(item, outcome),
    abandon: async (item, delayMs) => store().abandon(item, delayMs),

    // Whoever has it before the start is told so when he uses it.
    get records() {
      return opened && !opened.operations.records ? undefined : records;
    },

    onWork: (listener) => signals.listen(listener),
    onFailure: (listener) => failures.add(listener),
    isReachable: () => opened?.isReachable() ?? false,
  };
}

/** The records of the store that is open at the time of each call. */
function recordsOf(store: () => StoreOperations): RecordStore {
  const records = () => store().records ?? notStarted();
  return {
    get: async (key) => records().get(key),
    list: async (prefix) => records().list(prefix),
    put: async (key, value, expectedVersion) => records().put(key, value, expectedVersion),
    delete: async (key) => records().delete(key),
  };
}

function notStarted(): never {
  throw new DurableHostError(
    "STORAGE_PERMANENT",
    "The SQL Server store is not open: it was not started, or was stopped.",
  );
}
