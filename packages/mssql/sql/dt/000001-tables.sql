-- The seven tables of the shared schema contract, each made only where it is missing: a database that Microsoft's
-- provider set up keeps its own. A published migration is never edited; what changes later gets the next number.
-- No foreign keys: events may arrive before the instance they start.
IF OBJECT_ID(N'{{schema}}.Versions', N'U') IS NULL
    CREATE TABLE {{schema}}.Versions (
        SemanticVersion varchar(100) NOT NULL
            CONSTRAINT PK_Versions_SemanticVersion PRIMARY KEY WITH (IGNORE_DUP_KEY = ON),
        UpgradeTime datetime2(7) NOT NULL CONSTRAINT DF_Versions_UpgradeTime DEFAULT SYSUTCDATETIME()
    );
GO
-- HostData: JSON of what the other columns cannot hold. Unknown to other readers, who never name it.
IF OBJECT_ID(N'{{schema}}.Payloads', N'U') IS NULL
    CREATE TABLE {{schema}}.Payloads (
        TaskHub varchar(50) NOT NULL,
        InstanceID varchar(100) NOT NULL,
        PayloadID uniqueidentifier NOT NULL,
        [Text] varchar(max) NULL,
        Reason varchar(max) NULL,
        HostData nvarchar(max) NULL,
        CONSTRAINT PK_Payloads PRIMARY KEY (TaskHub, InstanceID, PayloadID)
    );
GO
IF OBJECT_ID(N'{{schema}}.Instances', N'U') IS NULL
    CREATE TABLE {{schema}}.Instances (
        TaskHub varchar(50) NOT NULL,
        InstanceID varchar(100) NOT NULL,
        ExecutionID varchar(50) NOT NULL CONSTRAINT DF_Instances_ExecutionID DEFAULT NEWID(),
        [Name] varchar(300) NOT NULL,
        [Version] varchar(100) NULL,
        CreatedTime datetime2(7) NOT NULL CONSTRAINT DF_Instances_CreatedTime DEFAULT SYSUTCDATETIME(),
        LastUpdatedTime datetime2(7) NULL,
        CompletedTime datetime2(7) NULL,
        RuntimeStatus varchar(20) NOT NULL,
        LockedBy varchar(100) NULL,
        LockExpiration datetime2(7) NULL,
        InputPayloadID uniqueidentifier NULL,
        OutputPayloadID uniqueidentifier NULL,
        CustomStatusPayloadID uniqueidentifier NULL,
        ParentInstanceID varchar(100) NULL,
        TraceContext varchar(800) NULL,
        Tags varchar(8000) NULL,
        CONSTRAINT PK_Instances PRIMARY KEY (TaskHub, InstanceID)
    );
GO
-- The inbox of every instance; SequenceNumber is its order.
IF OBJECT_ID(N'{{schema}}.NewEvents', N'U') IS NULL
    CREATE TABLE {{schema}}.NewEvents (
        SequenceNumber bigint IDENTITY NOT NULL,
        [Timestamp] datetime2(7) NOT NULL CONSTRAINT DF_NewEvents_Timestamp DEFAULT SYSUTCDATETIME(),
        VisibleTime datetime2(7) NULL,
        DequeueCount int NOT NULL CONSTRAINT DF_NewEvents_DequeueCount DEFAULT 0,
        TaskHub varchar(50) NOT NULL,
        InstanceID varchar(100) NOT NULL,
        ExecutionID varchar(50) NULL,
        EventType varchar(40) NOT NULL,
        RuntimeStatus varchar(30) NULL,
        [Name] varchar(300) NULL,
        TaskID int NULL,
        PayloadID uniqueidentifier NULL,
        TraceContext varchar(800) NULL,
        CONSTRAINT PK_NewEvents PRIMARY KEY (TaskHub, InstanceID, SequenceNumber)
    );
GO
IF OBJECT_ID(N'{{schema}}.History', N'U') IS NULL
    CREATE TABLE {{schema}}.History (
        TaskHub varchar(50) NOT NULL,
        InstanceID varchar(100) NOT NULL,
        ExecutionID varchar(50) NOT NULL,
        SequenceNumber bigint NOT NULL,
        EventType varchar(40) NOT NULL,
        TaskID int NULL,
        [Timestamp] datetime2(7) NOT NULL CONSTRAINT DF_History_Timestamp DEFAULT SYSUTCDATETIME(),
        IsPlayed bit NOT NULL CONSTRAINT DF_History_IsPlayed DEFAULT 0,
        [Name] varchar(300) NULL,
        RuntimeStatus varchar(20) NULL,
        VisibleTime datetime2(7) NULL,
        DataPayloadID uniqueidentifier NULL,
        TraceContext varchar(800) NULL,
        CONSTRAINT PK_History PRIMARY KEY (TaskHub, InstanceID, ExecutionID, SequenceNumber)
    );
GO
-- The queue of activities; SequenceNumber is its order.
IF OBJECT_ID(N'{{schema}}.NewTasks', N'U') IS NULL
    CREATE TABLE {{schema}}.NewTasks (
        TaskHub varchar(50) NOT NULL,
        SequenceNumber bigint IDENTITY NOT NULL,
        InstanceID varchar(100) NOT NULL,
        ExecutionID varchar(50) NULL,
        [Name] varchar(300) NULL,
        TaskID int NOT NULL,
        [Timestamp] datetime2(7) NOT NULL CONSTRAINT DF_NewTasks_Timestamp DEFAULT SYSUTCDATETIME(),
        VisibleTime datetime2(7) NULL,
        DequeueCount int NOT NULL CONSTRAINT DF_NewTasks_DequeueCount DEFAULT 0,
        LockedBy varchar(100) NULL,
        LockExpiration datetime2(7) NULL,
        PayloadID uniqueidentifier NULL,
        [Version] varchar(100) NULL,
        TraceContext varchar(800) NULL,
        Tags varchar(8000) NULL,
        CONSTRAINT PK_NewTasks PRIMARY KEY (TaskHub, SequenceNumber)
    );
GO
-- TaskHubMode 1: a task hub is the name of the database user.
IF OBJECT_ID(N'{{schema}}.GlobalSettings', N'U') IS NULL
BEGIN
    CREATE TABLE {{schema}}.GlobalSettings (
        [Name] varchar(300) NOT NULL PRIMARY KEY,
        [Value] sql_variant NULL,
        [Timestamp] datetime2(7) NOT NULL CONSTRAINT DF_GlobalSettings_Timestamp DEFAULT SYSUTCDATETIME(),
        LastModifiedBy nvarchar(128) NOT NULL CONSTRAINT DF_GlobalSettings_LastModifiedby DEFAULT USER_NAME()
    );
    INSERT INTO {{schema}}.GlobalSettings ([Name], [Value]) VALUES ('TaskHubMode', 1);
END
GO
