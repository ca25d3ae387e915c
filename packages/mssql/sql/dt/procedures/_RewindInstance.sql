-- Sets a failed instance back to before its failures. 50000: no such instance; 50001: it has not failed.
CREATE OR ALTER PROCEDURE {{schema}}._RewindInstance
    @InstanceID varchar(100),
    @Reason varchar(max) = NULL
AS
BEGIN
    SET NOCOUNT ON;
    SET XACT_ABORT ON;
    BEGIN TRANSACTION;
    EXEC {{schema}}._RewindInstanceRecursive @InstanceID, @Reason;
    COMMIT TRANSACTION;
END
GO
