-- Prolongs the lock on an instance. No row: the lock is lost.
CREATE OR ALTER PROCEDURE {{schema}}_host.RenewInstanceLock
    @TaskHub varchar(50),
    @InstanceID varchar(100),
    @Token varchar(100),
    @LeaseMs int
AS
BEGIN
    SET NOCOUNT ON;
    DECLARE @now datetime2(7) = SYSUTCDATETIME();
    UPDATE {{schema}}.Instances
    SET LockExpiration = DATEADD(millisecond, @LeaseMs, @now)
    WHERE TaskHub = @TaskHub AND InstanceID = @InstanceID AND LockedBy = @Token AND LockExpiration IS NOT NULL;
    SELECT @now AS Now, LockExpiration
    FROM {{schema}}.Instances
    WHERE TaskHub = @TaskHub AND InstanceID = @InstanceID AND LockedBy = @Token AND LockExpiration IS NOT NULL;
END
GO
