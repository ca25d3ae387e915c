-- Extends the lock of an instance that is locked; one released meanwhile stays free.
CREATE OR ALTER PROCEDURE {{schema}}._RenewOrchestrationLocks
    @InstanceID varchar(100),
    @LockExpiration datetime2(7)
AS
BEGIN
    SET NOCOUNT ON;
    DECLARE @TaskHub varchar(50) = {{schema}}.CurrentTaskHub();
    UPDATE {{schema}}.Instances SET LockExpiration = @LockExpiration
    WHERE TaskHub = @TaskHub AND InstanceID = @InstanceID AND LockExpiration IS NOT NULL;
END
GO
