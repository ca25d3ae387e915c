-- Claims the oldest activity that is due and not held by anyone; no row when there is none.
CREATE OR ALTER PROCEDURE {{schema}}._LockNextTask
    @LockedBy varchar(100),
    @LockExpiration datetime2(7)
AS
BEGIN
    SET NOCOUNT ON;
    SET XACT_ABORT ON;
    DECLARE @TaskHub varchar(50) = {{schema}}.CurrentTaskHub();
    DECLARE @Now datetime2(7) = SYSUTCDATETIME();
    DECLARE @Candidate bigint, @SequenceNumber bigint;
    DECLARE @Attempts int = 0;

    BEGIN TRANSACTION;
    WHILE @SequenceNumber IS NULL AND @Attempts < 5
    BEGIN
        SET @Attempts = @Attempts + 1;
        SET @Candidate = NULL;
        -- Never locked, or locked by someone who is gone: two seeks of one index, whatever the number of held rows.
        SELECT TOP (1) @Candidate = Due.SequenceNumber
        FROM (
            SELECT Unlocked.SequenceNumber
            FROM (
                SELECT TOP (1) T.SequenceNumber
                FROM {{schema}}.NewTasks AS T WITH (READPAST, UPDLOCK, ROWLOCK)
                WHERE T.TaskHub = @TaskHub AND T.LockExpiration IS NULL
                    AND (T.VisibleTime IS NULL OR T.VisibleTime < @Now)
                ORDER BY T.SequenceNumber
            ) AS Unlocked
            UNION ALL
            SELECT Expired.SequenceNumber
            FROM (
                SELECT TOP (1) T.SequenceNumber
                FROM {{schema}}.NewTasks AS T WITH (READPAST, UPDLOCK, ROWLOCK)
                WHERE T.TaskHub = @TaskHub AND T.LockExpiration < @Now
                    AND (T.VisibleTime IS NULL OR T.VisibleTime < @Now)
                ORDER BY T.LockExpiration, T.SequenceNumber
            ) AS Expired
        ) AS Due
        ORDER BY Due.SequenceNumber;
        IF @Candidate IS NULL
            BREAK;
        UPDATE {{schema}}.NewTasks
        SET LockedBy = @LockedBy, LockExpiration = @LockExpiration, DequeueCount = DequeueCount + 1
        WHERE TaskHub = @TaskHub AND SequenceNumber = @Candidate AND (LockExpiration IS NULL OR LockExpiration < @Now);
        IF @@ROWCOUNT = 1
            SET @SequenceNumber = @Candidate;
    END

    SELECT
        T.SequenceNumber, T.InstanceID, T.ExecutionID, T.[Name], 'TaskScheduled' AS EventType, T.TaskID, T.VisibleTime,
        T.[Timestamp], T.DequeueCount, T.[Version],
        P.[Text] AS PayloadText,
        DATEDIFF(SECOND, T.[Timestamp], @Now) AS WaitTime,
        T.TraceContext, T.Tags
    FROM {{schema}}.NewTasks AS T
        LEFT OUTER JOIN {{schema}}.Payloads AS P
            ON P.TaskHub = @TaskHub AND P.InstanceID = T.InstanceID AND P.PayloadID = T.PayloadID
    WHERE T.TaskHub = @TaskHub AND T.SequenceNumber = @SequenceNumber;
    COMMIT TRANSACTION;
END
GO
