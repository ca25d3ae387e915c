-- Table types of our own procedures. They are apart from Microsoft's five, because those are dropped and made anew by
-- upgrades of its provider, and only when nothing else refers to them. Columns are bound by position.

-- Texts, each stored under the instance that owns them.
CREATE TYPE {{schema}}_host.PayloadRows AS TABLE (
    InstanceID varchar(100) NOT NULL,
    PayloadID uniqueidentifier NOT NULL,
    [Text] nvarchar(max) NULL,
    Reason nvarchar(max) NULL,
    HostData nvarchar(max) NULL
)
GO

-- Events that a commit appends to the history of its instance.
CREATE TYPE {{schema}}_host.HistoryRows AS TABLE (
    SequenceNumber bigint NOT NULL,
    EventType varchar(40) NOT NULL,
    TaskID int NULL,
    [Timestamp] datetime2(7) NOT NULL,
    IsPlayed bit NOT NULL,
    [Name] varchar(300) NULL,
    RuntimeStatus varchar(20) NULL,
    VisibleTime datetime2(7) NULL,
    PayloadID uniqueidentifier NULL,
    TraceContext varchar(800) NULL
)
GO

-- Messages to instances, timers among them, in the order in which they are to be delivered. With a seed (SeedName), the
-- instance is created when it does not exist.
CREATE TYPE {{schema}}_host.MessageRows AS TABLE (
    Position int NOT NULL,
    InstanceID varchar(100) NOT NULL,
    ExecutionID varchar(50) NULL,
    EventType varchar(40) NOT NULL,
    [Name] varchar(300) NULL,
    RuntimeStatus varchar(30) NULL,
    TaskID int NULL,
    [Timestamp] datetime2(7) NOT NULL,
    VisibleTime datetime2(7) NULL,
    PayloadID uniqueidentifier NULL,
    TraceContext varchar(800) NULL,
    SeedExecutionID varchar(50) NULL,
    SeedName varchar(300) NULL,
    SeedVersion varchar(100) NULL,
    SeedParentInstanceID varchar(100) NULL,
    SeedInputPayloadID uniqueidentifier NULL,
    SeedTags varchar(8000) NULL,
    SeedCreatedTime datetime2(7) NULL
)
GO

-- Activity tasks that a commit queues.
CREATE TYPE {{schema}}_host.TaskRows AS TABLE (
    Position int NOT NULL,
    ExecutionID varchar(50) NOT NULL,
    TaskID int NOT NULL,
    [Name] varchar(300) NOT NULL,
    [Version] varchar(100) NULL,
    [Timestamp] datetime2(7) NOT NULL,
    PayloadID uniqueidentifier NULL,
    TraceContext varchar(800) NULL,
    Tags varchar(8000) NULL
)
GO

-- Activity tasks whose outcomes a commit records, with the locks on them.
CREATE TYPE {{schema}}_host.EndedTasks AS TABLE (
    SequenceNumber bigint NOT NULL,
    Token varchar(100) NOT NULL
)
GO

-- Sequence numbers or timer ids.
CREATE TYPE {{schema}}_host.Numbers AS TABLE (
    Number bigint NOT NULL
)
GO

-- Instance ids, statuses, or fragments of text.
CREATE TYPE {{schema}}_host.Texts AS TABLE (
    [Text] nvarchar(400) NOT NULL
)
GO
