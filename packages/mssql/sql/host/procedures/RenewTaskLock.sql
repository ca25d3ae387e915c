-- Prolongs the lock on an activity task. No row: the lock is lost.
CREATE OR ALTER PROCEDURE {{schema}}_host.RenewTaskLock
    @TaskHub varchar(50),
    @SequenceNumber bigint,
    @Token varchar(100),
    @LeaseMs int
AS
BEGIN
    SET NOCOUNT ON;
    DECLARE @now datetime2(7) = SYSUTCDATETIME();
    UPDATE {{schema}}.NewTasks
    SET LockExpiration = DATEADD(millisecond, @LeaseMs, @now)
    WHERE TaskHub = @TaskHub AND SequenceNumber = @SequenceNumber AND LockedBy = @Token;
    SELECT @now AS Now, LockExpiration
    FROM {{schema}}.NewTasks
    WHERE TaskHub = @TaskHub AND SequenceNumber = @SequenceNumber AND LockedBy = @Token;
END
GO
