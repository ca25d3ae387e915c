-- Claims the instance whose due event has waited longest, and answers three sets: its due events, its status, its
-- history. Nothing to do: one empty set. @OrchestrationType: NULL any, 0 orchestrations, 1 entities.
CREATE OR ALTER PROCEDURE {{schema}}._LockNextOrchestration
    @BatchSize int,
    @LockedBy varchar(100),
    @LockExpiration datetime2(7),
    @OrchestrationType bit = NULL
AS
BEGIN
    SET NOCOUNT ON;
    SET XACT_ABORT ON;
    DECLARE @TaskHub varchar(50) = {{schema}}.CurrentTaskHub();
    DECLARE @Now datetime2(7) = SYSUTCDATETIME();
    DECLARE @Candidate varchar(100), @InstanceID varchar(100);
    DECLARE @ParentInstanceID varchar(100), @Version varchar(100), @Status varchar(20), @Tags varchar(8000);
    DECLARE @Attempts int = 0;

    BEGIN TRANSACTION;
    WHILE @InstanceID IS NULL AND @Attempts < 5
    BEGIN
        SET @Attempts = @Attempts + 1;
        SET @Candidate = NULL;
        -- Two ordered walks of one index, timed events and others, so that neither kind needs a sort nor starves.
        -- An event sent ahead of a scheduled start waits for that start and claims nothing.
        SELECT TOP (1) @Candidate = Due.InstanceID
        FROM (
            SELECT Timed.InstanceID, Timed.Since
            FROM (
                SELECT TOP (1) I.InstanceID, E.VisibleTime AS Since
                FROM {{schema}}.NewEvents AS E WITH (READPAST)
                    INNER JOIN {{schema}}.Instances AS I WITH (READPAST, UPDLOCK, ROWLOCK)
                        ON I.TaskHub = @TaskHub AND I.InstanceID = E.InstanceID
                WHERE E.TaskHub = @TaskHub AND E.VisibleTime < @Now
                    AND (I.LockExpiration IS NULL OR I.LockExpiration < @Now)
                    AND (@OrchestrationType IS NULL
                        OR (@OrchestrationType = 0 AND I.InstanceID NOT LIKE '@%@%')
                        OR (@OrchestrationType = 1 AND I.InstanceID LIKE '@%@%'))
                    AND (I.RuntimeStatus <> 'Pending' OR NOT EXISTS (
                        SELECT 1 FROM {{schema}}.NewEvents AS S
                        WHERE S.TaskHub = @TaskHub AND S.InstanceID = I.InstanceID
                            AND S.EventType = 'ExecutionStarted' AND S.VisibleTime >= @Now))
                ORDER BY E.VisibleTime, E.SequenceNumber
            ) AS Timed
            UNION ALL
            SELECT Untimed.InstanceID, Untimed.Since
            FROM (
                SELECT TOP (1) I.InstanceID, E.[Timestamp] AS Since
                FROM {{schema}}.NewEvents AS E WITH (READPAST)
                    INNER JOIN {{schema}}.Instances AS I WITH (READPAST, UPDLOCK, ROWLOCK)
                        ON I.TaskHub = @TaskHub AND I.InstanceID = E.InstanceID
                WHERE E.TaskHub = @TaskHub AND E.VisibleTime IS NULL
                    AND (I.LockExpiration IS NULL OR I.LockExpiration < @Now)
                    AND (@OrchestrationType IS NULL
                        OR (@OrchestrationType = 0 AND I.InstanceID NOT LIKE '@%@%')
                        OR (@OrchestrationType = 1 AND I.InstanceID LIKE '@%@%'))
                    AND (I.RuntimeStatus <> 'Pending' OR NOT EXISTS (
                        SELECT 1 FROM {{schema}}.NewEvents AS S
                        WHERE S.TaskHub = @TaskHub AND S.InstanceID = I.InstanceID
                            AND S.EventType = 'ExecutionStarted' AND S.VisibleTime >= @Now))
                ORDER BY E.SequenceNumber
            ) AS Untimed
        ) AS Due
        ORDER BY Due.Since;
        IF @Candidate IS NULL
            BREAK;

        -- The lock is tested again with the write: where the hints do not hold, another may have come first.
        UPDATE {{schema}}.Instances
        SET LockedBy = @LockedBy, LockExpiration = @LockExpiration
        WHERE TaskHub = @TaskHub AND InstanceID = @Candidate AND (LockExpiration IS NULL OR LockExpiration < @Now);
        IF @@ROWCOUNT = 1
            SELECT @InstanceID = InstanceID, @ParentInstanceID = ParentInstanceID, @Version = [Version],
                @Status = RuntimeStatus, @Tags = Tags
            FROM {{schema}}.Instances WHERE TaskHub = @TaskHub AND InstanceID = @Candidate;
    END

    SELECT TOP (@BatchSize)
        E.SequenceNumber, E.[Timestamp], E.VisibleTime, E.DequeueCount, E.InstanceID, E.ExecutionID, E.EventType,
        E.[Name], E.RuntimeStatus, E.TaskID,
        P.Reason, P.[Text] AS PayloadText, P.PayloadID,
        DATEDIFF(SECOND, E.[Timestamp], @Now) AS WaitTime,
        @ParentInstanceID AS ParentInstanceID, @Version AS [Version], E.TraceContext, @Tags AS Tags
    FROM {{schema}}.NewEvents AS E
        LEFT OUTER JOIN {{schema}}.Payloads AS P
            ON P.TaskHub = @TaskHub AND P.InstanceID = E.InstanceID AND P.PayloadID = E.PayloadID
    WHERE E.TaskHub = @TaskHub AND E.InstanceID = @InstanceID AND (E.VisibleTime IS NULL OR E.VisibleTime < @Now)
    ORDER BY E.SequenceNumber;
    IF @@ROWCOUNT = 0
    BEGIN
        ROLLBACK TRANSACTION;
        RETURN;
    END

    SELECT @InstanceID AS InstanceID, @Status AS RuntimeStatus;

    -- Inputs of scheduled work are never replayed, so they are not sent.
    SELECT
        H.InstanceID, H.ExecutionID, H.SequenceNumber, H.EventType, H.[Name], H.RuntimeStatus, H.TaskID,
        H.[Timestamp], H.IsPlayed, H.VisibleTime,
        P.Reason,
        CASE WHEN H.EventType IN ('TaskScheduled', 'SubOrchestrationInstanceCreated') THEN NULL ELSE P.[Text] END
            AS PayloadText,
        P.PayloadID,
        @ParentInstanceID AS ParentInstanceID, @Version AS [Version], H.TraceContext, @Tags AS Tags
    FROM {{schema}}.History AS H
        LEFT OUTER JOIN {{schema}}.Payloads AS P
            ON P.TaskHub = @TaskHub AND P.InstanceID = H.InstanceID AND P.PayloadID = H.DataPayloadID
    WHERE H.TaskHub = @TaskHub AND H.InstanceID = @InstanceID
    ORDER BY H.SequenceNumber;
    COMMIT TRANSACTION;
END
GO
