-- Saves what an episode or entity batch came to, and releases the lock, in one transaction or not at all.
-- THROW 50010: the lock on the instance, or on one of @EndedTasks, is lost.
-- Every commit takes its locks on rows in the same order: all instances it touches by id, then tasks, then the rest; so two
-- commits that send to each other wait for each other, and do not block each other for good.
-- Returns 1 when the instance has something to do already, for whoever would otherwise have to look.
CREATE OR ALTER PROCEDURE {{schema}}_host.CommitInstance
    @TaskHub varchar(50),
    @InstanceID varchar(100),
    @Token varchar(100),
    @Delete bit,
    @ExecutionID varchar(50),
    @Name varchar(300),
    @Version varchar(100),
    @RuntimeStatus varchar(20),
    @CreatedTime datetime2(7),
    @LastUpdatedTime datetime2(7),
    @CompletedTime datetime2(7),
    @ParentInstanceID varchar(100),
    @Tags varchar(8000),
    @InputPayloadID uniqueidentifier,
    @OutputPayloadID uniqueidentifier,
    @CustomStatusPayloadID uniqueidentifier,
    @ReplaceHistory bit,
    @CancelAllTimers bit,
    @History {{schema}}_host.HistoryRows READONLY,
    @Consumed {{schema}}_host.Numbers READONLY,
    @CanceledTimers {{schema}}_host.Numbers READONLY,
    @Messages {{schema}}_host.MessageRows READONLY,
    @Tasks {{schema}}_host.TaskRows READONLY,
    @EndedTasks {{schema}}_host.EndedTasks READONLY,
    @Payloads {{schema}}_host.PayloadRows READONLY
AS
BEGIN
    SET NOCOUNT ON;
    SET XACT_ABORT ON;
    DECLARE @hasWork int = 0;
    DECLARE @isHeld bit = 0;
    DECLARE @begins bit = @Delete;
    DECLARE @targets TABLE (InstanceID varchar(100) NOT NULL PRIMARY KEY);
    DECLARE @present TABLE (InstanceID varchar(100) NOT NULL PRIMARY KEY, ExecutionID varchar(50) NOT NULL);
    DECLARE @begun TABLE (InstanceID varchar(100) NOT NULL PRIMARY KEY, Position int NOT NULL);
    DECLARE @garbage TABLE (PayloadID uniqueidentifier NULL);
    DECLARE @ended TABLE (PayloadID uniqueidentifier NULL);

    INSERT INTO @targets (InstanceID)
    SELECT M.InstanceID FROM @Messages AS M UNION SELECT @InstanceID;

    BEGIN TRANSACTION;

    INSERT INTO @present (InstanceID, ExecutionID)
    SELECT I.InstanceID, I.ExecutionID
    FROM @targets AS T
        INNER LOOP JOIN {{schema}}.Instances AS I WITH (UPDLOCK, HOLDLOCK, ROWLOCK)
            ON I.TaskHub = @TaskHub AND I.InstanceID = T.InstanceID
    ORDER BY T.InstanceID;

    -- The fence: a write that only the holder of the token gets through.
    UPDATE {{schema}}.Instances
    SET LockExpiration = NULL, LockedBy = NULL
    WHERE TaskHub = @TaskHub AND InstanceID = @InstanceID AND LockedBy = @Token;
    SET @isHeld = CASE WHEN @@ROWCOUNT = 1 THEN 1 ELSE 0 END;
    IF @isHeld = 0
    BEGIN
        ROLLBACK TRANSACTION;
        THROW 50010, N'The lock on the instance is lost.', 1;
    END;

    -- One by one: a scan of the queue would wait for tasks that others hold.
    IF EXISTS (SELECT 1 FROM @EndedTasks)
        DELETE N
        OUTPUT deleted.PayloadID INTO @ended (PayloadID)
        FROM @EndedTasks AS D
            INNER LOOP JOIN {{schema}}.NewTasks AS N
                ON N.TaskHub = @TaskHub AND N.SequenceNumber = D.SequenceNumber AND N.LockedBy = D.Token;
    IF (SELECT COUNT(*) FROM @ended) <> (SELECT COUNT(*) FROM @EndedTasks)
    BEGIN
        ROLLBACK TRANSACTION;
        THROW 50010, N'The lock on an activity task is lost.', 1;
    END;
    INSERT INTO @garbage (PayloadID) SELECT D.PayloadID FROM @ended AS D;

    DELETE E
    OUTPUT deleted.PayloadID INTO @garbage (PayloadID)
    FROM {{schema}}.NewEvents AS E
        INNER JOIN @Consumed AS C ON C.Number = E.SequenceNumber
    WHERE E.TaskHub = @TaskHub AND E.InstanceID = @InstanceID;

    IF @CancelAllTimers = 1 OR @Delete = 1
        DELETE FROM {{schema}}.NewEvents
        OUTPUT deleted.PayloadID INTO @garbage (PayloadID)
        WHERE TaskHub = @TaskHub AND InstanceID = @InstanceID AND EventType = 'TimerFired';
    ELSE IF EXISTS (SELECT 1 FROM @CanceledTimers)
        DELETE E
        OUTPUT deleted.PayloadID INTO @garbage (PayloadID)
        FROM {{schema}}.NewEvents AS E
            INNER JOIN @CanceledTimers AS C ON C.Number = E.TaskID
        WHERE E.TaskHub = @TaskHub AND E.InstanceID = @InstanceID AND E.EventType = 'TimerFired';

    IF @ReplaceHistory = 1 OR @Delete = 1
        DELETE FROM {{schema}}.History
        OUTPUT deleted.DataPayloadID INTO @garbage (PayloadID)
        WHERE TaskHub = @TaskHub AND InstanceID = @InstanceID;

    -- Messages that came in meanwhile were acknowledged: for them a deleted instance begins anew. Not for parked ones.
    IF @Delete = 1 AND NOT EXISTS (
        SELECT 1 FROM {{schema}}.NewEvents AS E WITH (UPDLOCK, HOLDLOCK)
        WHERE E.TaskHub = @TaskHub AND E.InstanceID = @InstanceID
            AND (E.VisibleTime IS NULL OR E.VisibleTime < '9999-12-31T23:59:59.9999999')
    )
    BEGIN
        SET @begins = 0;
        DELETE FROM {{schema}}.NewEvents WHERE TaskHub = @TaskHub AND InstanceID = @InstanceID;
        DELETE FROM {{schema}}.NewTasks WHERE TaskHub = @TaskHub AND InstanceID = @InstanceID;
        DELETE FROM {{schema}}.Payloads WHERE TaskHub = @TaskHub AND InstanceID = @InstanceID;
        DELETE FROM {{schema}}.Instances WHERE TaskHub = @TaskHub AND InstanceID = @InstanceID;
        DELETE FROM @present WHERE InstanceID = @InstanceID;
    END
    ELSE
    BEGIN
        INSERT INTO @garbage (PayloadID)
        SELECT I.CustomStatusPayloadID
        FROM {{schema}}.Instances AS I
        WHERE I.TaskHub = @TaskHub AND I.InstanceID = @InstanceID AND I.CustomStatusPayloadID IS NOT NULL;
        -- The history that stays may have the same input and output as the instance.
        INSERT INTO @garbage (PayloadID)
        SELECT V.PayloadID
        FROM {{schema}}.Instances AS I
            CROSS APPLY (VALUES (I.InputPayloadID, @InputPayloadID), (I.OutputPayloadID, @OutputPayloadID))
                AS V (PayloadID, NewID)
        WHERE I.TaskHub = @TaskHub AND I.InstanceID = @InstanceID AND V.PayloadID IS NOT NULL
            AND (V.NewID IS NULL OR V.NewID <> V.PayloadID)
            AND NOT EXISTS (
                SELECT 1 FROM {{schema}}.History AS H
                WHERE H.TaskHub = @TaskHub AND H.InstanceID = @InstanceID AND H.DataPayloadID = V.PayloadID
            );

        UPDATE {{schema}}.Instances
        SET ExecutionID = @ExecutionID, [Name] = @Name, [Version] = @Version,
            RuntimeStatus = CASE WHEN @begins = 1 THEN 'Pending' ELSE @RuntimeStatus END,
            CreatedTime = @CreatedTime, LastUpdatedTime = @LastUpdatedTime, CompletedTime = @CompletedTime,
            ParentInstanceID = @ParentInstanceID, Tags = @Tags,
            InputPayloadID = @InputPayloadID, OutputPayloadID = @OutputPayloadID,
            CustomStatusPayloadID = @CustomStatusPayloadID
        WHERE TaskHub = @TaskHub AND InstanceID = @InstanceID;

        -- What was meant for the execution that has ended; a start is meant for whoever gets it.
        DELETE E
        OUTPUT deleted.PayloadID INTO @garbage (PayloadID)
        FROM {{schema}}.NewEvents AS E
            INNER JOIN @present AS H ON H.InstanceID = E.InstanceID
        WHERE E.TaskHub = @TaskHub AND E.InstanceID = @InstanceID AND H.ExecutionID <> @ExecutionID
            AND E.ExecutionID <> @ExecutionID AND E.EventType <> 'ExecutionStarted';
        UPDATE @present SET ExecutionID = @ExecutionID WHERE InstanceID = @InstanceID;

        -- What is no longer referred to. A consumed message's payload goes on in @History when the event was recorded; a payload of
        -- replaced history may belong to a task that still waits.
        DELETE P
        FROM {{schema}}.Payloads AS P
            INNER JOIN @garbage AS G ON G.PayloadID = P.PayloadID
        WHERE P.TaskHub = @TaskHub AND P.InstanceID = @InstanceID
            AND (@InputPayloadID IS NULL OR P.PayloadID <> @InputPayloadID)
            AND (@OutputPayloadID IS NULL OR P.PayloadID <> @OutputPayloadID)
            AND (@CustomStatusPayloadID IS NULL OR P.PayloadID <> @CustomStatusPayloadID)
            AND NOT EXISTS (SELECT 1 FROM @History AS H WHERE H.PayloadID = P.PayloadID)
            AND NOT EXISTS (
                SELECT 1 FROM {{schema}}.NewTasks AS N
                WHERE N.TaskHub = @TaskHub AND N.InstanceID = @InstanceID AND N.PayloadID = P.PayloadID
            );
    END;

    INSERT INTO @begun (InstanceID, Position)
    SELECT M.InstanceID, MIN(M.Position)
    FROM @Messages AS M
    WHERE M.SeedName IS NOT NULL AND NOT EXISTS (SELECT 1 FROM @present AS T WHERE T.InstanceID = M.InstanceID)
    GROUP BY M.InstanceID;

    INSERT INTO {{schema}}.Instances (
        TaskHub, InstanceID, ExecutionID, [Name], [Version], CreatedTime, LastUpdatedTime, RuntimeStatus,
        InputPayloadID, ParentInstanceID, TraceContext, Tags
    )
    SELECT @TaskHub, M.InstanceID, M.SeedExecutionID, M.SeedName, M.SeedVersion, M.SeedCreatedTime,
        M.SeedCreatedTime, 'Pending', M.SeedInputPayloadID, M.SeedParentInstanceID, M.TraceContext, M.SeedTags
    FROM @begun AS B
        INNER JOIN @Messages AS M ON M.Position = B.Position;

    INSERT INTO @present (InstanceID, ExecutionID)
    SELECT M.InstanceID, M.SeedExecutionID
    FROM @begun AS B
        INNER JOIN @Messages AS M ON M.Position = B.Position;

    -- Texts of messages that are dropped below are dropped with them, and so are inputs of instances that exist already.
    INSERT INTO {{schema}}.Payloads (TaskHub, InstanceID, PayloadID, [Text], Reason, HostData)
    SELECT @TaskHub, P.InstanceID, P.PayloadID, P.[Text], P.Reason, P.HostData
    FROM @Payloads AS P
    WHERE NOT EXISTS (
        SELECT 1
        FROM @Messages AS M
            LEFT JOIN @present AS T ON T.InstanceID = M.InstanceID
        WHERE M.PayloadID = P.PayloadID
            AND (T.InstanceID IS NULL OR (T.ExecutionID <> M.ExecutionID AND M.EventType <> 'ExecutionStarted'))
    ) AND NOT EXISTS (
        SELECT 1
        FROM @Messages AS M
        WHERE M.SeedInputPayloadID = P.PayloadID AND (M.PayloadID IS NULL OR M.PayloadID <> P.PayloadID)
            AND NOT EXISTS (SELECT 1 FROM @begun AS B WHERE B.Position = M.Position)
    );

    IF @Delete = 0
    BEGIN
        INSERT INTO {{schema}}.History (
            TaskHub, InstanceID, ExecutionID, SequenceNumber, EventType, TaskID, [Timestamp], IsPlayed, [Name],
            RuntimeStatus, VisibleTime, DataPayloadID, TraceContext
        )
        SELECT @TaskHub, @InstanceID, @ExecutionID, H.SequenceNumber, H.EventType, H.TaskID, H.[Timestamp],
            H.IsPlayed, H.[Name], H.RuntimeStatus, H.VisibleTime, H.PayloadID, H.TraceContext
        FROM @History AS H;

        INSERT INTO {{schema}}.NewTasks (
            TaskHub, InstanceID, ExecutionID, [Name], TaskID, [Timestamp], PayloadID, [Version], TraceContext, Tags
        )
        SELECT @TaskHub, @InstanceID, K.ExecutionID, K.[Name], K.TaskID, K.[Timestamp], K.PayloadID, K.[Version],
            K.TraceContext, K.Tags
        FROM @Tasks AS K
        ORDER BY K.Position;
    END;

    INSERT INTO {{schema}}.NewEvents (
        TaskHub, InstanceID, ExecutionID, EventType, [Name], RuntimeStatus, TaskID, [Timestamp], VisibleTime,
        PayloadID, TraceContext
    )
    SELECT @TaskHub, M.InstanceID, M.ExecutionID, M.EventType, M.[Name], M.RuntimeStatus, M.TaskID,
        M.[Timestamp], M.VisibleTime, M.PayloadID, M.TraceContext
    FROM @Messages AS M
        INNER JOIN @present AS T ON T.InstanceID = M.InstanceID
    WHERE M.ExecutionID IS NULL OR M.ExecutionID = T.ExecutionID OR M.EventType = 'ExecutionStarted'
    ORDER BY M.Position;

    -- What came in meanwhile can be locked now. Whatever is sent after this look waits for the lock on the row, and is told of
    -- by whoever sends it.
    IF EXISTS (
        SELECT 1 FROM {{schema}}.NewEvents AS E
        WHERE E.TaskHub = @TaskHub AND E.InstanceID = @InstanceID
            AND (E.VisibleTime IS NULL OR E.VisibleTime <= SYSUTCDATETIME())
    )
        SET @hasWork = 1;

    COMMIT TRANSACTION;
    RETURN @hasWork;
END
GO
