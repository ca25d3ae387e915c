/** The version of Microsoft's provider whose schema contract the scripts keep; recorded so that it need not run its own. */
export const CONTRACT_VERSION = "1.8.1";

/**
 * The revision of our scripts. It rises with every release that changes a file below `sql/`, and only then: a host
 * applies its scripts to a database of a lower revision, and refuses one of a higher.
 */
export const SCRIPTS_REVISION = 2;

/** The objects of Microsoft's schema, by name (contract §1). Anything else in that schema is somebody else's. */
export const CONTRACT_OBJECTS = {
  tables: ["Versions", "Payloads", "Instances", "NewEvents", "History", "NewTasks", "GlobalSettings"],
  types: ["InstanceIDs", "MessageIDs", "HistoryEvents", "OrchestrationEvents", "TaskEvents"],
  functions: ["CurrentTaskHub", "GetScaleMetric", "GetScaleRecommendation"],
  views: ["vInstances", "vHistory"],
  procedures: [
    "CreateInstance",
    "GetInstanceHistory",
    "PurgeInstanceStateByID",
    "PurgeInstanceStateByTime",
    "QuerySingleOrchestration",
    "RaiseEvent",
    "SetGlobalSetting",
    "TerminateInstance",
    "_AddOrchestrationEvents",
    "_CheckpointOrchestration",
    "_CompleteTasks",
    "_DiscardEventsAndUnlockInstance",
    "_GetVersions",
    "_LockNextOrchestration",
    "_LockNextTask",
    "_QueryManyOrchestrations",
    "_RenewOrchestrationLocks",
    "_RenewTaskLocks",
    "_RewindInstance",
    "_RewindInstanceRecursive",
    "_UpdateVersion",
  ],
} as const;
