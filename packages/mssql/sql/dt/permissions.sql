-- What an app needs at run time, and nothing more: procedures that keep to the caller's task hub, no tables, no views.
-- ALTER ROLE {{schema}}_runtime ADD MEMBER <user> lets a user in. SetGlobalSetting stays with the owner.
IF DATABASE_PRINCIPAL_ID(N'{{schema}}_runtime') IS NULL
    CREATE ROLE {{schema}}_runtime;
GO
GRANT EXECUTE ON OBJECT::{{schema}}.CurrentTaskHub TO {{schema}}_runtime;
GRANT EXECUTE ON OBJECT::{{schema}}.GetScaleMetric TO {{schema}}_runtime;
GRANT EXECUTE ON OBJECT::{{schema}}.GetScaleRecommendation TO {{schema}}_runtime;
GO
GRANT EXECUTE ON OBJECT::{{schema}}.CreateInstance TO {{schema}}_runtime;
GRANT EXECUTE ON OBJECT::{{schema}}.GetInstanceHistory TO {{schema}}_runtime;
GRANT EXECUTE ON OBJECT::{{schema}}.PurgeInstanceStateByID TO {{schema}}_runtime;
GRANT EXECUTE ON OBJECT::{{schema}}.PurgeInstanceStateByTime TO {{schema}}_runtime;
GRANT EXECUTE ON OBJECT::{{schema}}.QuerySingleOrchestration TO {{schema}}_runtime;
GRANT EXECUTE ON OBJECT::{{schema}}.RaiseEvent TO {{schema}}_runtime;
GRANT EXECUTE ON OBJECT::{{schema}}.TerminateInstance TO {{schema}}_runtime;
GO
GRANT EXECUTE ON OBJECT::{{schema}}._AddOrchestrationEvents TO {{schema}}_runtime;
GRANT EXECUTE ON OBJECT::{{schema}}._CheckpointOrchestration TO {{schema}}_runtime;
GRANT EXECUTE ON OBJECT::{{schema}}._CompleteTasks TO {{schema}}_runtime;
GRANT EXECUTE ON OBJECT::{{schema}}._DiscardEventsAndUnlockInstance TO {{schema}}_runtime;
GRANT EXECUTE ON OBJECT::{{schema}}._GetVersions TO {{schema}}_runtime;
GRANT EXECUTE ON OBJECT::{{schema}}._LockNextOrchestration TO {{schema}}_runtime;
GRANT EXECUTE ON OBJECT::{{schema}}._LockNextTask TO {{schema}}_runtime;
GRANT EXECUTE ON OBJECT::{{schema}}._QueryManyOrchestrations TO {{schema}}_runtime;
GRANT EXECUTE ON OBJECT::{{schema}}._RenewOrchestrationLocks TO {{schema}}_runtime;
GRANT EXECUTE ON OBJECT::{{schema}}._RenewTaskLocks TO {{schema}}_runtime;
GRANT EXECUTE ON OBJECT::{{schema}}._RewindInstance TO {{schema}}_runtime;
GRANT EXECUTE ON OBJECT::{{schema}}._RewindInstanceRecursive TO {{schema}}_runtime;
GRANT EXECUTE ON OBJECT::{{schema}}._UpdateVersion TO {{schema}}_runtime;
GO
GRANT EXECUTE ON TYPE::{{schema}}.HistoryEvents TO {{schema}}_runtime;
GRANT EXECUTE ON TYPE::{{schema}}.InstanceIDs TO {{schema}}_runtime;
GRANT EXECUTE ON TYPE::{{schema}}.MessageIDs TO {{schema}}_runtime;
GRANT EXECUTE ON TYPE::{{schema}}.OrchestrationEvents TO {{schema}}_runtime;
GRANT EXECUTE ON TYPE::{{schema}}.TaskEvents TO {{schema}}_runtime;
GO
