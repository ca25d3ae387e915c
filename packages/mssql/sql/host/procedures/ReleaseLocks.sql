-- Gives back whatever a process still has locked when it stops. What somebody works on right now is
-- passed over: it is either this process's, and ends by itself, or not.
CREATE OR ALTER PROCEDURE {{schema}}_host.ReleaseLocks
    @TaskHub varchar(50),
    @Owner varchar(60)
AS
BEGIN
    SET NOCOUNT ON;
    UPDATE {{schema}}.Instances WITH (ROWLOCK, READPAST)
    SET LockedBy = NULL, LockExpiration = NULL
    WHERE TaskHub = @TaskHub AND LockExpiration IS NOT NULL AND LEFT(LockedBy, LEN(@Owner) + 1) = @Owner + ',';
    UPDATE {{schema}}.NewTasks WITH (ROWLOCK, READPAST)
    SET LockedBy = NULL, LockExpiration = NULL
    WHERE TaskHub = @TaskHub AND LockExpiration IS NOT NULL AND LEFT(LockedBy, LEN(@Owner) + 1) = @Owner + ',';
END
GO
