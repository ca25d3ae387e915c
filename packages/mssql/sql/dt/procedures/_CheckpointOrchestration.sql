-- Commits one episode as a whole: status, history, messages, activities. Answers the consumed events that it deleted,
-- then the numbers of the new activities. 50000: no such instance. 2627: someone else has run this episode.
CREATE OR ALTER PROCEDURE {{schema}}._CheckpointOrchestration
    @InstanceID varchar(100),
    @ExecutionID varchar(50),
    @RuntimeStatus varchar(30),
    @CustomStatusPayload varchar(max),
    @DeletedEvents {{schema}}.MessageIDs READONLY,
    @NewHistoryEvents {{schema}}.HistoryEvents READONLY,
    @NewOrchestrationEvents {{schema}}.OrchestrationEvents READONLY,
    @NewTaskEvents {{schema}}.TaskEvents READONLY
AS
BEGIN
    SET NOCOUNT ON;
    SET XACT_ABORT ON;
    DECLARE @TaskHub varchar(50) = {{schema}}.CurrentTaskHub();
    DECLARE @Now datetime2(7) = SYSUTCDATETIME();
    DECLARE @StoredExecutionID varchar(50);
    DECLARE @InputID uniqueidentifier, @OutputID uniqueidentifier, @StatusID uniqueidentifier;
    DECLARE @StoredCustomStatus varchar(max);
    DECLARE @CompletedTime datetime2(7);
    DECLARE @Attempts int = 0;
    DECLARE @Missing int = 1;
    DECLARE @Stale TABLE (PayloadID uniqueidentifier NULL);
    DECLARE @Once TABLE (Consumed int NOT NULL PRIMARY KEY);
    DECLARE @Consumed TABLE (InstanceID varchar(100) NOT NULL, SequenceNumber bigint NOT NULL);
    DECLARE @Scheduled TABLE (SequenceNumber bigint NOT NULL, TaskID int NOT NULL);
    DECLARE @Reused {{schema}}.InstanceIDs;

    BEGIN TRANSACTION;
    -- Checkpoints of one instance line up here.
    SELECT @StoredExecutionID = ExecutionID, @InputID = InputPayloadID, @OutputID = OutputPayloadID,
        @StatusID = CustomStatusPayloadID
    FROM {{schema}}.Instances WITH (UPDLOCK, ROWLOCK)
    WHERE TaskHub = @TaskHub AND InstanceID = @InstanceID;
    IF @StoredExecutionID IS NULL
    BEGIN
        ROLLBACK TRANSACTION;
        THROW 50000, 'The checkpoint is refused: the instance does not exist.', 1;
    END
    -- The caller's lock cannot be tested, as no argument names it. But an event is consumed once: where one is gone,
    -- another worker has committed (or this is the repetition of a commit), and callers know 2627 to mean that.
    IF EXISTS (
        SELECT 1 FROM @DeletedEvents AS D
        WHERE NOT EXISTS (
            SELECT 1 FROM {{schema}}.NewEvents AS E
            WHERE E.TaskHub = @TaskHub AND E.InstanceID = D.InstanceID AND E.SequenceNumber = D.SequenceNumber))
        INSERT INTO @Once (Consumed) VALUES (1), (1);

    -- Another execution id is another generation (continue-as-new): history goes, with the payloads it alone held.
    -- Payloads of queued events and of activities that still wait stay.
    IF @StoredExecutionID <> @ExecutionID
    BEGIN
        INSERT INTO @Stale (PayloadID) VALUES (@InputID), (@OutputID), (@StatusID);
        DELETE FROM {{schema}}.History
        OUTPUT DELETED.DataPayloadID INTO @Stale (PayloadID)
        WHERE TaskHub = @TaskHub AND InstanceID = @InstanceID;
        DELETE FROM {{schema}}.Payloads
        WHERE TaskHub = @TaskHub AND InstanceID = @InstanceID
            AND PayloadID IN (SELECT PayloadID FROM @Stale)
            AND PayloadID NOT IN (
                SELECT T.PayloadID FROM {{schema}}.NewTasks AS T
                WHERE T.TaskHub = @TaskHub AND T.InstanceID = @InstanceID AND T.PayloadID IS NOT NULL);
        SET @StatusID = NULL;
        SET @InputID = (
            SELECT TOP (1) PayloadID FROM @NewHistoryEvents
            WHERE EventType = 'ExecutionStarted' ORDER BY SequenceNumber DESC);
    END

    -- A custom status is replaced, never cleared.
    IF @CustomStatusPayload IS NOT NULL
    BEGIN
        SET @StoredCustomStatus = (
            SELECT [Text] FROM {{schema}}.Payloads
            WHERE TaskHub = @TaskHub AND InstanceID = @InstanceID AND PayloadID = @StatusID);
        IF @StoredCustomStatus IS NULL
        BEGIN
            SET @StatusID = NEWID();
            INSERT INTO {{schema}}.Payloads (TaskHub, InstanceID, PayloadID, [Text])
            VALUES (@TaskHub, @InstanceID, @StatusID, @CustomStatusPayload);
        END
        ELSE IF @StoredCustomStatus <> @CustomStatusPayload
            UPDATE {{schema}}.Payloads SET [Text] = @CustomStatusPayload
            WHERE TaskHub = @TaskHub AND InstanceID = @InstanceID AND PayloadID = @StatusID;
    END

    SET @OutputID = NULL;
    IF @RuntimeStatus IN ('Completed', 'Failed', 'Terminated')
    BEGIN
        SET @CompletedTime = @Now;
        SET @OutputID = (
            SELECT TOP (1) PayloadID FROM @NewHistoryEvents
            WHERE EventType IN ('ExecutionCompleted', 'ExecutionTerminated') ORDER BY SequenceNumber DESC);
    END
    UPDATE {{schema}}.Instances
    SET ExecutionID = @ExecutionID, RuntimeStatus = @RuntimeStatus, LastUpdatedTime = @Now,
        CompletedTime = @CompletedTime, LockExpiration = NULL,
        InputPayloadID = @InputID, OutputPayloadID = @OutputID, CustomStatusPayloadID = @StatusID
    WHERE TaskHub = @TaskHub AND InstanceID = @InstanceID;

    -- A child may take the id of one that has ended: the old one makes room, or its start would never be heard.
    INSERT INTO @Reused (InstanceID)
    SELECT I.InstanceID FROM {{schema}}.Instances AS I WITH (UPDLOCK, ROWLOCK)
    WHERE I.TaskHub = @TaskHub AND I.InstanceID <> @InstanceID
        AND I.RuntimeStatus IN ('Completed', 'Failed', 'Terminated')
        AND I.InstanceID IN (SELECT InstanceID FROM @NewOrchestrationEvents WHERE EventType = 'ExecutionStarted');
    IF EXISTS (SELECT 1 FROM @Reused)
        EXEC {{schema}}.PurgeInstanceStateByID @Reused;

    -- Children, and entities that are signalled for the first time. Others may create the same entity meanwhile, which
    -- fails the statement: the next round leaves theirs alone.
    SET XACT_ABORT OFF;
    WHILE @Missing > 0
    BEGIN
        SET @Attempts = @Attempts + 1;
        BEGIN TRY
            INSERT INTO {{schema}}.Instances
                (TaskHub, InstanceID, ExecutionID, [Name], [Version], ParentInstanceID, RuntimeStatus, TraceContext, Tags)
            SELECT
                @TaskHub, S.InstanceID, MIN(S.ExecutionID), MIN(S.[Name]), MIN(S.[Version]), MIN(S.ParentInstanceID),
                'Pending', MIN(S.TraceContext), MIN(S.Tags)
            FROM @NewOrchestrationEvents AS S
            WHERE S.EventType = 'ExecutionStarted' AND NOT EXISTS (
                SELECT 1 FROM {{schema}}.Instances AS I WHERE I.TaskHub = @TaskHub AND I.InstanceID = S.InstanceID)
            GROUP BY S.InstanceID
            ORDER BY S.InstanceID;
            INSERT INTO {{schema}}.Instances
                (TaskHub, InstanceID, ExecutionID, [Name], [Version], RuntimeStatus, TraceContext)
            SELECT
                @TaskHub, N.InstanceID, CONVERT(varchar(36), NEWID()),
                MIN(SUBSTRING(N.InstanceID, 2, ABS(CHARINDEX('@', N.InstanceID, 2) - 2))), '', 'Pending',
                MIN(N.TraceContext)
            FROM @NewOrchestrationEvents AS N
            WHERE LEFT(N.InstanceID, 1) = '@' AND CHARINDEX('@', N.InstanceID, 2) > 2 AND NOT EXISTS (
                SELECT 1 FROM {{schema}}.Instances AS I WHERE I.TaskHub = @TaskHub AND I.InstanceID = N.InstanceID)
            GROUP BY N.InstanceID
            ORDER BY N.InstanceID;
            SET @Missing = 0;
        END TRY
        BEGIN CATCH
            IF ERROR_NUMBER() NOT IN (2627, 2601) OR @Attempts >= 10
            BEGIN
                IF @@TRANCOUNT > 0
                    ROLLBACK TRANSACTION;
                THROW;
            END
        END CATCH
    END
    SET XACT_ABORT ON;

    -- A payload id without text names one that is stored already.
    INSERT INTO {{schema}}.Payloads (TaskHub, InstanceID, PayloadID, [Text], Reason)
    SELECT @TaskHub, InstanceID, PayloadID, PayloadText, Reason
    FROM @NewHistoryEvents WHERE PayloadText IS NOT NULL OR Reason IS NOT NULL;
    INSERT INTO {{schema}}.Payloads (TaskHub, InstanceID, PayloadID, [Text], Reason)
    SELECT @TaskHub, InstanceID, PayloadID, PayloadText, Reason
    FROM @NewOrchestrationEvents WHERE PayloadID IS NOT NULL;
    INSERT INTO {{schema}}.Payloads (TaskHub, InstanceID, PayloadID, [Text])
    SELECT @TaskHub, InstanceID, PayloadID, PayloadText
    FROM @NewTaskEvents WHERE PayloadID IS NOT NULL;

    INSERT INTO {{schema}}.NewEvents
        (TaskHub, InstanceID, ExecutionID, EventType, [Name], RuntimeStatus, VisibleTime, TaskID, TraceContext, PayloadID)
    SELECT
        @TaskHub, InstanceID, ExecutionID, EventType, [Name], RuntimeStatus, VisibleTime, TaskID, TraceContext, PayloadID
    FROM @NewOrchestrationEvents;

    DELETE E
    OUTPUT DELETED.InstanceID, DELETED.SequenceNumber INTO @Consumed (InstanceID, SequenceNumber)
    FROM {{schema}}.NewEvents AS E
        INNER JOIN @DeletedEvents AS D ON D.InstanceID = E.InstanceID AND D.SequenceNumber = E.SequenceNumber
    WHERE E.TaskHub = @TaskHub;

    INSERT INTO {{schema}}.History
        (TaskHub, InstanceID, ExecutionID, SequenceNumber, EventType, TaskID, [Timestamp], IsPlayed, [Name],
        RuntimeStatus, VisibleTime, TraceContext, DataPayloadID)
    SELECT
        @TaskHub, InstanceID, ExecutionID, SequenceNumber, EventType, TaskID, [Timestamp], IsPlayed, [Name],
        RuntimeStatus, VisibleTime, TraceContext, PayloadID
    FROM @NewHistoryEvents;

    INSERT INTO {{schema}}.NewTasks
        (TaskHub, InstanceID, ExecutionID, [Name], TaskID, VisibleTime, LockedBy, LockExpiration, PayloadID, [Version],
        TraceContext, Tags)
    OUTPUT INSERTED.SequenceNumber, INSERTED.TaskID INTO @Scheduled (SequenceNumber, TaskID)
    SELECT
        @TaskHub, InstanceID, ExecutionID, [Name], TaskID, VisibleTime, LockedBy, LockExpiration, PayloadID, [Version],
        TraceContext, Tags
    FROM @NewTaskEvents
    ORDER BY TaskID;
    COMMIT TRANSACTION;

    SELECT InstanceID, SequenceNumber FROM @Consumed;
    SELECT SequenceNumber, TaskID FROM @Scheduled;
END
GO
