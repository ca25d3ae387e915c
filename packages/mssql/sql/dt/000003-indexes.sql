-- The contract's three secondary indexes.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE [object_id] = OBJECT_ID(N'{{schema}}.Instances') AND [name] LIKE N'IX_Instances_RuntimeStatus%')
    CREATE INDEX IX_Instances_RuntimeStatus ON {{schema}}.Instances (TaskHub, RuntimeStatus)
        INCLUDE (LockExpiration, CreatedTime, CompletedTime);
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE [object_id] = OBJECT_ID(N'{{schema}}.Instances') AND [name] LIKE N'IX_Instances_CreatedTime%')
    CREATE INDEX IX_Instances_CreatedTime ON {{schema}}.Instances (TaskHub, CreatedTime)
        INCLUDE (RuntimeStatus, CompletedTime, InstanceID);
GO
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE [object_id] = OBJECT_ID(N'{{schema}}.NewTasks') AND [name] LIKE N'IX_NewTasks_InstanceID%')
    CREATE INDEX IX_NewTasks_InstanceID ON {{schema}}.NewTasks (TaskHub, InstanceID)
        INCLUDE (SequenceNumber, [Timestamp], LockExpiration, VisibleTime);
GO
-- Ours. Whose turn is it: due events by time, without a scan of every inbox.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE [object_id] = OBJECT_ID(N'{{schema}}.NewEvents') AND [name] LIKE N'IX_NewEvents_VisibleTime%')
    CREATE INDEX IX_NewEvents_VisibleTime ON {{schema}}.NewEvents (TaskHub, VisibleTime, SequenceNumber);
GO
-- Ours. The next unlocked activity is a seek: rows that others hold are in another range of the index.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE [object_id] = OBJECT_ID(N'{{schema}}.NewTasks') AND [name] LIKE N'IX_NewTasks_LockExpiration%')
    CREATE INDEX IX_NewTasks_LockExpiration ON {{schema}}.NewTasks (TaskHub, LockExpiration, SequenceNumber)
        INCLUDE (VisibleTime);
GO
-- Ours. Children of an instance, for recursive purge and rewind and for monitors.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE [object_id] = OBJECT_ID(N'{{schema}}.Instances') AND [name] LIKE N'IX_Instances_ParentInstanceID%')
    CREATE INDEX IX_Instances_ParentInstanceID ON {{schema}}.Instances (TaskHub, ParentInstanceID);
GO
-- Ours. Retention: finished instances by age.
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE [object_id] = OBJECT_ID(N'{{schema}}.Instances') AND [name] LIKE N'IX_Instances_CompletedTime%')
    CREATE INDEX IX_Instances_CompletedTime ON {{schema}}.Instances (TaskHub, CompletedTime)
        INCLUDE (RuntimeStatus);
GO
