-- Locks up to @Max instances of one kind that have something to do, those first whose messages have waited longest.
-- With @InstanceID and @ExecutionID: that instance alone, also without messages, if it is free and runs that execution.
-- @Token is that of all locks of this call, and of no other's.
-- Result sets: the server's time, and whether there may be more than was looked at; the locked instances; their messages,
-- in the order in which they are to be handled.
CREATE OR ALTER PROCEDURE {{schema}}_host.LockInstances
    @TaskHub varchar(50),
    @Entities bit,
    @Max int,
    @Token varchar(100),
    @LeaseMs int,
    @MessageLimit int,
    @InstanceID varchar(100) = NULL,
    @ExecutionID varchar(50) = NULL
AS
BEGIN
    SET NOCOUNT ON;
    SET XACT_ABORT ON;
    DECLARE @now datetime2(7) = SYSUTCDATETIME();
    -- Messages looked at in one go: the backlog may be long, and a few of the oldest are enough.
    DECLARE @scan int = 100 + 10 * @Max;
    DECLARE @tried int;
    DECLARE @waiting TABLE (InstanceID varchar(100) NOT NULL, SequenceNumber bigint NOT NULL);
    -- In the order in which they are tried: so those that are enough are locked, and not all, to be sorted, which would hide
    -- them from other hosts meanwhile.
    DECLARE @candidates TABLE (
        FirstMessage bigint NOT NULL, InstanceID varchar(100) NOT NULL, PRIMARY KEY (FirstMessage, InstanceID)
    );
    DECLARE @ready TABLE (InstanceID varchar(100) NOT NULL PRIMARY KEY, FirstMessage bigint NULL);
    DECLARE @locked TABLE (InstanceID varchar(100) NOT NULL PRIMARY KEY);

    IF @InstanceID IS NOT NULL
        INSERT INTO @candidates (FirstMessage, InstanceID) VALUES (0, @InstanceID);
    ELSE
    BEGIN
        -- Whatever arrives before a scheduled start waits for it, but for a termination that is meant for this instance,
        -- and not for whichever is a certain parent's child (then Name has the parent).
        INSERT INTO @waiting (InstanceID, SequenceNumber)
        SELECT TOP (@scan) E.InstanceID, E.SequenceNumber
        FROM {{schema}}.NewEvents AS E WITH (READCOMMITTEDLOCK, READPAST)
            INNER JOIN {{schema}}.Instances AS I WITH (READCOMMITTEDLOCK, READPAST)
                ON I.TaskHub = E.TaskHub AND I.InstanceID = E.InstanceID
        WHERE E.TaskHub = @TaskHub AND E.VisibleTime IS NULL
            AND (I.LockExpiration IS NULL OR I.LockExpiration <= @now)
            AND ((@Entities = 1 AND E.InstanceID LIKE '@%') OR (@Entities = 0 AND E.InstanceID NOT LIKE '@%'))
            AND (I.RuntimeStatus <> 'Pending' OR E.EventType = 'ExecutionStarted'
                OR (E.EventType = 'ExecutionTerminated' AND E.[Name] IS NULL)
                OR NOT EXISTS (
                    SELECT 1 FROM {{schema}}.NewEvents AS S WITH (READCOMMITTEDLOCK, READPAST)
                    WHERE S.TaskHub = E.TaskHub AND S.InstanceID = E.InstanceID
                        AND S.EventType = 'ExecutionStarted' AND S.VisibleTime > @now
                ))
        ORDER BY E.SequenceNumber;
        -- Apart from the others, so that neither keep the ones from being seen.
        INSERT INTO @waiting (InstanceID, SequenceNumber)
        SELECT TOP (@scan) E.InstanceID, E.SequenceNumber
        FROM {{schema}}.NewEvents AS E WITH (READCOMMITTEDLOCK, READPAST)
            INNER JOIN {{schema}}.Instances AS I WITH (READCOMMITTEDLOCK, READPAST)
                ON I.TaskHub = E.TaskHub AND I.InstanceID = E.InstanceID
        WHERE E.TaskHub = @TaskHub AND E.VisibleTime <= @now
            AND (I.LockExpiration IS NULL OR I.LockExpiration <= @now)
            AND ((@Entities = 1 AND E.InstanceID LIKE '@%') OR (@Entities = 0 AND E.InstanceID NOT LIKE '@%'))
            AND (I.RuntimeStatus <> 'Pending' OR E.EventType = 'ExecutionStarted'
                OR (E.EventType = 'ExecutionTerminated' AND E.[Name] IS NULL)
                OR NOT EXISTS (
                    SELECT 1 FROM {{schema}}.NewEvents AS S WITH (READCOMMITTEDLOCK, READPAST)
                    WHERE S.TaskHub = E.TaskHub AND S.InstanceID = E.InstanceID
                        AND S.EventType = 'ExecutionStarted' AND S.VisibleTime > @now
                ))
        ORDER BY E.VisibleTime, E.SequenceNumber;
        INSERT INTO @candidates (FirstMessage, InstanceID)
        SELECT MIN(W.SequenceNumber), W.InstanceID FROM @waiting AS W GROUP BY W.InstanceID;
    END;

    BEGIN TRANSACTION;

    INSERT INTO @ready (InstanceID, FirstMessage)
    SELECT TOP (@Max) I.InstanceID, C.FirstMessage
    FROM @candidates AS C
        INNER LOOP JOIN {{schema}}.Instances AS I WITH (UPDLOCK, ROWLOCK, READPAST)
            ON I.TaskHub = @TaskHub AND I.InstanceID = C.InstanceID
    WHERE (I.LockExpiration IS NULL OR I.LockExpiration <= @now)
        AND (@InstanceID IS NULL OR (I.ExecutionID = @ExecutionID AND I.RuntimeStatus IN ('Running', 'Suspended')))
    ORDER BY C.FirstMessage, C.InstanceID;
    SET @tried = @@ROWCOUNT;

    -- Since they were looked for, somebody else may have handled the messages, and nobody can any more.
    IF @InstanceID IS NULL
        DELETE R
        FROM @ready AS R
        WHERE NOT EXISTS (
            SELECT 1 FROM {{schema}}.NewEvents AS E
            WHERE E.TaskHub = @TaskHub AND E.InstanceID = R.InstanceID
                AND (E.VisibleTime IS NULL OR E.VisibleTime <= @now)
        );

    -- Checked again on the row itself: on a server with row versions the first look may have been at an older one.
    UPDATE {{schema}}.Instances WITH (ROWLOCK, READPAST)
    SET LockedBy = @Token,
        LockExpiration = DATEADD(millisecond, @LeaseMs, @now)
    OUTPUT inserted.InstanceID INTO @locked (InstanceID)
    WHERE TaskHub = @TaskHub AND InstanceID IN (SELECT R.InstanceID FROM @ready AS R)
        AND (LockExpiration IS NULL OR LockExpiration <= @now)
        AND (@ExecutionID IS NULL OR ExecutionID = @ExecutionID);

    COMMIT TRANSACTION;

    -- Of those that were tried others may have been quicker: behind them there may be more, too.
    SELECT @now AS Now, CASE
            WHEN (SELECT COUNT(*) FROM @waiting) >= @scan THEN 1
            WHEN @InstanceID IS NULL AND @tried >= @Max AND (SELECT COUNT(*) FROM @locked) < @Max THEN 1
            ELSE 0
        END AS MayBeMore;

    SELECT I.InstanceID, I.ExecutionID, I.[Name], I.[Version], I.RuntimeStatus, I.CreatedTime, I.LastUpdatedTime,
        I.CompletedTime, I.ParentInstanceID, I.Tags, I.LockedBy, I.LockExpiration,
        I.InputPayloadID, I.OutputPayloadID, I.CustomStatusPayloadID,
        PI.[Text] AS InputText, PI.HostData AS InputHostData,
        PO.[Text] AS OutputText, PO.Reason AS OutputReason, PO.HostData AS OutputHostData,
        PC.[Text] AS CustomStatusText, PC.HostData AS CustomStatusHostData,
        (SELECT MAX(H.SequenceNumber) FROM {{schema}}.History AS H
            WHERE H.TaskHub = I.TaskHub AND H.InstanceID = I.InstanceID AND H.ExecutionID = I.ExecutionID
        ) AS LastSequenceNumber
    FROM @locked AS L
        INNER JOIN {{schema}}.Instances AS I ON I.TaskHub = @TaskHub AND I.InstanceID = L.InstanceID
        INNER JOIN @ready AS R ON R.InstanceID = L.InstanceID
        LEFT JOIN {{schema}}.Payloads AS PI
            ON PI.TaskHub = I.TaskHub AND PI.InstanceID = I.InstanceID AND PI.PayloadID = I.InputPayloadID
        LEFT JOIN {{schema}}.Payloads AS PO
            ON PO.TaskHub = I.TaskHub AND PO.InstanceID = I.InstanceID AND PO.PayloadID = I.OutputPayloadID
        LEFT JOIN {{schema}}.Payloads AS PC
            ON PC.TaskHub = I.TaskHub AND PC.InstanceID = I.InstanceID AND PC.PayloadID = I.CustomStatusPayloadID
    ORDER BY R.FirstMessage;

    SELECT M.SequenceNumber, M.InstanceID, M.ExecutionID, M.EventType, M.[Name], M.RuntimeStatus, M.TaskID,
        M.[Timestamp], M.VisibleTime, M.PayloadID, M.TraceContext, P.[Text] AS PayloadText, P.Reason, P.HostData
    FROM (
        SELECT E.TaskHub, E.SequenceNumber, E.InstanceID, E.ExecutionID, E.EventType, E.[Name], E.RuntimeStatus,
            E.TaskID, E.[Timestamp], E.VisibleTime, E.PayloadID, E.TraceContext,
            ROW_NUMBER() OVER (
                PARTITION BY E.InstanceID
                ORDER BY
                    CASE
                        WHEN E.EventType <> 'ExecutionStarted' THEN 2
                        WHEN E.ExecutionID = I.ExecutionID THEN 0
                        ELSE 1
                    END,
                    E.SequenceNumber
            ) AS Position
        FROM @locked AS L
            INNER JOIN {{schema}}.Instances AS I ON I.TaskHub = @TaskHub AND I.InstanceID = L.InstanceID
            INNER JOIN {{schema}}.NewEvents AS E ON E.TaskHub = @TaskHub AND E.InstanceID = L.InstanceID
        WHERE E.VisibleTime IS NULL OR E.VisibleTime <= @now
            -- A termination brings the scheduled start along, so that there is something to end.
            OR (E.EventType = 'ExecutionStarted' AND EXISTS (
                SELECT 1 FROM {{schema}}.NewEvents AS T
                WHERE T.TaskHub = @TaskHub AND T.InstanceID = L.InstanceID AND T.EventType = 'ExecutionTerminated'
                    AND T.[Name] IS NULL
            ))
    ) AS M
        LEFT JOIN {{schema}}.Payloads AS P
            ON P.TaskHub = M.TaskHub AND P.InstanceID = M.InstanceID AND P.PayloadID = M.PayloadID
    WHERE M.Position <= @MessageLimit
    ORDER BY M.InstanceID, M.Position;
END
GO
