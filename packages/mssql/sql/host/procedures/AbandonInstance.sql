-- Gives an instance back, not to be locked again within @DelayMs: until then it has a lock that is nobody's.
CREATE OR ALTER PROCEDURE {{schema}}_host.AbandonInstance
    @TaskHub varchar(50),
    @InstanceID varchar(100),
    @Token varchar(100),
    @DelayMs int
AS
BEGIN
    SET NOCOUNT ON;
    UPDATE {{schema}}.Instances
    SET LockedBy = NULL,
        LockExpiration = CASE WHEN @DelayMs > 0 THEN DATEADD(millisecond, @DelayMs, SYSUTCDATETIME()) END
    WHERE TaskHub = @TaskHub AND InstanceID = @InstanceID AND LockedBy = @Token;
END
GO
