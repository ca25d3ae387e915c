import type { StoreOperations } from "../store-operations";
import { commitActivity } from "./commit-activity";
import { commitOrchestration } from "./commit-orchestration";
import { createInstance } from "./create-instance";
import { abandon, releaseAllLocks } from "./give-back";
import { lockActivities } from "./lock-activities";
import { lockOrchestrations } from "./lock-orchestrations";
import type { MicrosoftStore } from "./microsoft-store";
import { peekWork } from "./peek-work";
import { deleteTaskHub, purgeInstances } from "./purge-instances";
import { queryInstances } from "./query-instances";
import { getInstance, readHistory } from "./read-instance";
import { renewLock } from "./renew-lock";
import { sendMessage } from "./send-message";

/**
 * The operations over Microsoft's procedures alone. None of them locks a certain instance or tells of inboxes and locks, so
 * `lockInstance` and `describeWork` are not among these.
 */
export function microsoftOperations(store: MicrosoftStore): StoreOperations {
  return {
    deleteTaskHub: () => deleteTaskHub(store),
    createInstance: (start, replaceable) => createInstance(store, start, replaceable),
    sendMessage: (message) => sendMessage(store, message),
    getInstance: (instanceId) => getInstance(store, instanceId),
    queryInstances: (query) => queryInstances(store, query),
    readHistory: (instanceId) => readHistory(store, instanceId),
    purgeInstances: (instanceIds, statuses) => purgeInstances(store, instanceIds, statuses),
    lockOrchestrations: (kind, max) => lockOrchestrations(store, kind, max),
    lockActivities: (max) => lockActivities(store, max),
    renewLock: (item) => renewLock(store, item),
    commitOrchestration: (item, commit) => commitOrchestration(store, item, commit),
    commitActivity: (item, outcome) => commitActivity(store, item, outcome),
    abandon: (item, delayMs) => abandon(store, item, delayMs),
    peekWork: () => peekWork(store),
    releaseAllLocks: () => releaseAllLocks(store),
  };
}
