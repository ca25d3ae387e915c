-- The five table types. Clients bind them by position: order and width are the contract. A type of an older version is
-- narrower; it is replaced together with the procedures that name it (they are created again after this file).
IF EXISTS (
    SELECT 1
    FROM (VALUES (N'HistoryEvents', 16), (N'OrchestrationEvents', 15), (N'TaskEvents', 14)) AS wanted (TypeName, Width)
        INNER JOIN sys.table_types AS existing
            ON existing.[name] = wanted.TypeName AND existing.[schema_id] = SCHEMA_ID(N'{{schema}}')
    WHERE (SELECT COUNT(*) FROM sys.columns AS c WHERE c.[object_id] = existing.type_table_object_id) < wanted.Width
)
BEGIN
    DROP PROCEDURE IF EXISTS {{schema}}._AddOrchestrationEvents;
    DROP PROCEDURE IF EXISTS {{schema}}._CheckpointOrchestration;
    DROP PROCEDURE IF EXISTS {{schema}}._CompleteTasks;
    DROP TYPE IF EXISTS {{schema}}.HistoryEvents;
    DROP TYPE IF EXISTS {{schema}}.OrchestrationEvents;
    DROP TYPE IF EXISTS {{schema}}.TaskEvents;
END
GO
IF TYPE_ID(N'{{schema}}.InstanceIDs') IS NULL
    CREATE TYPE {{schema}}.InstanceIDs AS TABLE (
        InstanceID varchar(100) NOT NULL
    );
GO
IF TYPE_ID(N'{{schema}}.MessageIDs') IS NULL
    CREATE TYPE {{schema}}.MessageIDs AS TABLE (
        InstanceID varchar(100) NULL,
        SequenceNumber bigint NULL
    );
GO
IF TYPE_ID(N'{{schema}}.HistoryEvents') IS NULL
    CREATE TYPE {{schema}}.HistoryEvents AS TABLE (
        InstanceID varchar(100) NULL,
        ExecutionID varchar(50) NULL,
        SequenceNumber bigint NULL,
        EventType varchar(40) NULL,
        [Name] varchar(300) NULL,
        RuntimeStatus varchar(30) NULL,
        TaskID int NULL,
        [Timestamp] datetime2(7) NULL,
        IsPlayed bit NULL,
        VisibleTime datetime2(7) NULL,
        Reason varchar(max) NULL,
        PayloadText varchar(max) NULL,
        PayloadID uniqueidentifier NULL,
        ParentInstanceID varchar(100) NULL,
        [Version] varchar(100) NULL,
        TraceContext varchar(800) NULL
    );
GO
IF TYPE_ID(N'{{schema}}.OrchestrationEvents') IS NULL
    CREATE TYPE {{schema}}.OrchestrationEvents AS TABLE (
        InstanceID varchar(100) NULL,
        ExecutionID varchar(50) NULL,
        SequenceNumber bigint NULL,
        EventType varchar(40) NULL,
        [Name] varchar(300) NULL,
        RuntimeStatus varchar(30) NULL,
        TaskID int NULL,
        VisibleTime datetime2(7) NULL,
        Reason varchar(max) NULL,
        PayloadText varchar(max) NULL,
        PayloadID uniqueidentifier NULL,
        ParentInstanceID varchar(100) NULL,
        [Version] varchar(100) NULL,
        TraceContext varchar(800) NULL,
        Tags varchar(8000) NULL
    );
GO
IF TYPE_ID(N'{{schema}}.TaskEvents') IS NULL
    CREATE TYPE {{schema}}.TaskEvents AS TABLE (
        InstanceID varchar(100) NULL,
        ExecutionID varchar(50) NULL,
        [Name] varchar(300) NULL,
        EventType varchar(40) NULL,
        TaskID int NULL,
        VisibleTime datetime2(7) NULL,
        LockedBy varchar(100) NULL,
        LockExpiration datetime2(7) NULL,
        Reason varchar(max) NULL,
        PayloadText varchar(max) NULL,
        PayloadID uniqueidentifier NULL,
        [Version] varchar(100) NULL,
        TraceContext varchar(800) NULL,
        Tags varchar(8000) NULL
    );
GO
