-- The contract's three secondary indexes.
IF INDEXPROPERTY(OBJECT_ID(N'{{schema}}.Instances'), N'IX_Instances_RuntimeStatus', N'IndexID') IS NULL
    CREATE INDEX IX_Instances_RuntimeStatus ON {{schema}}.Instances (TaskHub, RuntimeStatus)
        INCLUDE (LockExpiration, CreatedTime, CompletedTime);
GO
IF INDEXPROPERTY(OBJECT_ID(N'{{schema}}.Instances'), N'IX_Instances_CreatedTime', N'IndexID') IS NULL
    CREATE INDEX IX_Instances_CreatedTime ON {{schema}}.Instances (TaskHub, CreatedTime)
        INCLUDE (RuntimeStatus, CompletedTime, InstanceID);
GO
IF INDEXPROPERTY(OBJECT_ID(N'{{schema}}.NewTasks'), N'IX_NewTasks_InstanceID', N'IndexID') IS NULL
    CREATE INDEX IX_NewTasks_InstanceID ON {{schema}}.NewTasks (TaskHub, InstanceID)
        INCLUDE (SequenceNumber, [Timestamp], LockExpiration, VisibleTime);
GO
-- Ours. Whose turn is it: due events by time, without a scan of every inbox.
IF INDEXPROPERTY(OBJECT_ID(N'{{schema}}.NewEvents'), N'IX_NewEvents_VisibleTime', N'IndexID') IS NULL
    CREATE INDEX IX_NewEvents_VisibleTime ON {{schema}}.NewEvents (TaskHub, VisibleTime, SequenceNumber);
GO
-- Ours. The next unlocked activity is a seek: rows that others hold are in another range of the index.
IF INDEXPROPERTY(OBJECT_ID(N'{{schema}}.NewTasks'), N'IX_NewTasks_LockExpiration', N'IndexID') IS NULL
    CREATE INDEX IX_NewTasks_LockExpiration ON {{schema}}.NewTasks (TaskHub, LockExpiration, SequenceNumber)
        INCLUDE (VisibleTime);
GO
-- Ours. Children of an instance, for recursive purge and rewind and for monitors.
IF INDEXPROPERTY(OBJECT_ID(N'{{schema}}.Instances'), N'IX_Instances_ParentInstanceID', N'IndexID') IS NULL
    CREATE INDEX IX_Instances_ParentInstanceID ON {{schema}}.Instances (TaskHub, ParentInstanceID);
GO
-- Ours. Retention: finished instances by age.
IF INDEXPROPERTY(OBJECT_ID(N'{{schema}}.Instances'), N'IX_Instances_CompletedTime', N'IndexID') IS NULL
    CREATE INDEX IX_Instances_CompletedTime ON {{schema}}.Instances (TaskHub, CompletedTime)
        INCLUDE (RuntimeStatus);
GO
