import { DurableHostError, Listeners, WorkSignals, type StorageProvider } from "@durable-host/engine";
import { openStore, type MssqlProviderOptions, type OpenStore } from "./open-store";
import { abandon } from "./operations/abandon";
import { commitActivity } from "./operations/commit-activity";
import { commitOrchestration } from "./operations/commit-orchestration";
import { createInstance } from "./operations/create-instance";
import { describeWork } from "./operations/describe-work";
import { lockActivities } from "./operations/lock-activities";
import { lockInstance, lockOrchestrations } from "./operations/lock-orchestrations";
import { deleteTaskHub, purgeInstances } from "./operations/purge-instances";
import { queryInstances } from "./operations/query-instances";
import { getInstance, readHistory } from "./operations/read-instance";
import { createRecordStore } from "./operations/records";
import { renewLock } from "./operations/renew-lock";
import { sendMessage } from "./operations/send-message";

/** Makes the SQL Server provider: many processes share one database. Nothing is connected before `start`. */
export function createMssqlProvider(options: MssqlProviderOptions): StorageProvider {
  const signals = new WorkSignals(options.logger);
  const failures = new Listeners<DurableHostError>(options.logger, "failures of the store");
  let opening: Promise<OpenStore> | undefined;
  let opened: OpenStore | undefined;
  const store = () => opened?.store ?? notStarted();
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
    deleteTaskHub: async () => deleteTaskHub(store()),

    createInstance: async (start, replaceable) => createInstance(store(), start, replaceable),
    sendMessage: async (message) => sendMessage(store(), message),
    getInstance: async (instanceId) => getInstance(store(), instanceId),
    queryInstances: async (query) => queryInstances(store(), query),
    readHistory: async (instanceId) => readHistory(store(), instanceId),
    describeWork: async (instanceId) => describeWork(store(), instanceId),
    purgeInstances: async (instanceIds, statuses) => purgeInstances(store(), instanceIds, statuses),

    lockOrchestrations: async (kind, max) => lockOrchestrations(store(), kind, max),
    lockInstance: async (instanceId, executionId) => lockInstance(store(), instanceId, executionId),
    lockActivities: async (max) => lockActivities(store(), max),
    renewLock: async (item) => renewLock(store(), item),
    commitOrchestration: async (item, commit) => commitOrchestration(store(), item, commit),
    commitActivity: async (item, outcome) => commitActivity(store(), item, outcome),
    abandon: async (item, delayMs) => abandon(store(), item, delayMs),

    records: createRecordStore(store),

    onWork: (listener) => signals.listen(listener),
    onFailure: (listener) => failures.add(listener),
    isReachable: () => opened?.isReachable() ?? false,
  };
}

function notStarted(): never {
  throw new DurableHostError(
    "STORAGE_PERMANENT",
    "The SQL Server store is not open: it was not started, or was stopped.",
  );
}
