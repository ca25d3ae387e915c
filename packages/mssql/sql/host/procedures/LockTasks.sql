-- Locks up to @Max activity tasks, oldest first; @Token is that of all locks of this call, and of no
-- other's. Result sets: the server's time; the tasks with their inputs.
CREATE OR ALTER PROCEDURE {{schema}}_host.LockTasks
    @TaskHub varchar(50),
    @Max int,
    @Token varchar(100),
    @LeaseMs int
AS
BEGIN
    SET NOCOUNT ON;
    SET XACT_ABORT ON;
    DECLARE @now datetime2(7) = SYSUTCDATETIME();
    DECLARE @ready TABLE (SequenceNumber bigint NOT NULL);
    DECLARE @locked TABLE (SequenceNumber bigint NOT NULL);

    BEGIN TRANSACTION;

    INSERT INTO @ready (SequenceNumber)
    SELECT TOP (@Max) N.SequenceNumber
    FROM {{schema}}.NewTasks AS N WITH (UPDLOCK, ROWLOCK, READPAST)
    WHERE N.TaskHub = @TaskHub
        AND (N.LockExpiration IS NULL OR N.LockExpiration <= @now)
        AND (N.VisibleTime IS NULL OR N.VisibleTime <= @now)
    ORDER BY N.SequenceNumber;

    UPDATE {{schema}}.NewTasks WITH (ROWLOCK, READPAST)
    SET LockedBy = @Token,
        LockExpiration = DATEADD(millisecond, @LeaseMs, @now),
        DequeueCount = DequeueCount + 1
    OUTPUT inserted.SequenceNumber INTO @locked (SequenceNumber)
    WHERE TaskHub = @TaskHub AND SequenceNumber IN (SELECT R.SequenceNumber FROM @ready AS R)
        AND (LockExpiration IS NULL OR LockExpiration <= @now);

    COMMIT TRANSACTION;

    SELECT @now AS Now;

    SELECT N.SequenceNumber, N.InstanceID, N.ExecutionID, N.TaskID, N.[Name], N.[Version], N.DequeueCount,
        N.LockedBy, N.LockExpiration, N.TraceContext, N.Tags, N.PayloadID, P.[Text] AS PayloadText, P.HostData
    FROM @locked AS L
        INNER JOIN {{schema}}.NewTasks AS N ON N.TaskHub = @TaskHub AND N.SequenceNumber = L.SequenceNumber
        LEFT JOIN {{schema}}.Payloads AS P
            ON P.TaskHub = N.TaskHub AND P.InstanceID = N.InstanceID AND P.PayloadID = N.PayloadID
    ORDER BY N.SequenceNumber;
END
GO
