-- Extends the locks of activities that are locked; those released meanwhile stay free.
CREATE OR ALTER PROCEDURE {{schema}}._RenewTaskLocks
    @RenewingTasks {{schema}}.MessageIDs READONLY,
    @LockExpiration datetime2(7)
AS
BEGIN
    SET NOCOUNT ON;
    SET XACT_ABORT ON;
    DECLARE @TaskHub varchar(50) = {{schema}}.CurrentTaskHub();
    BEGIN TRANSACTION;
    UPDATE {{schema}}.NewTasks SET LockExpiration = @LockExpiration
    WHERE TaskHub = @TaskHub AND LockExpiration IS NOT NULL
        AND SequenceNumber IN (SELECT SequenceNumber FROM @RenewingTasks);
    COMMIT TRANSACTION;
END
GO
