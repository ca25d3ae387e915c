-- Gives an activity task back, not to be locked again within @DelayMs.
CREATE OR ALTER PROCEDURE {{schema}}_host.AbandonTask
    @TaskHub varchar(50),
    @SequenceNumber bigint,
    @Token varchar(100),
    @DelayMs int
AS
BEGIN
    SET NOCOUNT ON;
    UPDATE {{schema}}.NewTasks
    SET LockedBy = NULL,
        LockExpiration = NULL,
        VisibleTime = CASE WHEN @DelayMs > 0 THEN DATEADD(millisecond, @DelayMs, SYSUTCDATETIME()) END
    WHERE TaskHub = @TaskHub AND SequenceNumber = @SequenceNumber AND LockedBy = @Token;
END
GO
