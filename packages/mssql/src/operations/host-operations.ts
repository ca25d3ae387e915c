import type { Store } from "../store";
import type { StoreOperations } from "../store-operations";
import { abandon } from "./abandon";
import { commitActivity } from "./commit-activity";
import { commitOrchestration } from "./commit-orchestration";
import { createInstance } from "./create-instance";
import { describeWork } from "./describe-work";
import { lockActivities } from "./lock-activities";
import { lockInstance, lockOrchestrations } from "./lock-orchestrations";
import { peekWork } from "./peek-work";
import { deleteTaskHub, purgeInstances } from "./purge-instances";
import { queryInstances } from "./query-instances";
import { getInstance, readHistory } from "./read-instance";
import { createRecordStore } from "./records";
import { releaseLocks } from "./release-locks";
import { renewLock } from "./renew-lock";
import { sendMessage } from "./send-message";

/** The operations over the procedures in `<schema>_host`. */
export function hostOperations(store: Store): StoreOperations {
  return {
    deleteTaskHub: () => deleteTaskHub(store),
    createInstance: (start, replaceable) => createInstance(store, start, replaceable),
    sendMessage: (message) => sendMessage(store, message),
    getInstance: (instanceId) => getInstance(store, instanceId),
    queryInstances: (query) => queryInstances(store, query),
    readHistory: (instanceId) => readHistory(store, instanceId),
    describeWork: (instanceId) => describeWork(store, instanceId),
    purgeInstances: (instanceIds, statuses) => purgeInstances(store, instanceIds, statuses),
    lockOrchestrations: (kind, max) => lockOrchestrations(store, kind, max),
    lockInstance: (instanceId, executionId) => lockInstance(store, instanceId, executionId),
    lockActivities: (max) => lockActivities(store, max),
    renewLock: (item) => renewLock(store, item),
    commitOrchestration: (item, commit) => commitOrchestration(store, item, commit),
    commitActivity: (item, outcome) => commitActivity(store, item, outcome),
    abandon: (item, delayMs) => abandon(store, item, delayMs),
    records: createRecordStore(store),
    peekWork: () => peekWork(store),
    releaseAllLocks: () => releaseLocks(store, store.owner, { retry: false }),
  };
}
