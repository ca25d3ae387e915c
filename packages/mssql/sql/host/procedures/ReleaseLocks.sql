-- Gives back what a process still has locked, or what one of its calls has: @Owner is the beginning of the tokens, or one of
-- them. Rows that somebody is at right now are passed over: they are released by whoever it is, or expire.
CREATE OR ALTER PROCEDURE {{schema}}_host.ReleaseLocks
    @TaskHub varchar(50),
    @Owner varchar(100)
AS
BEGIN
    SET NOCOUNT ON;
    UPDATE {{schema}}.Instances WITH (ROWLOCK, READPAST)
    SET LockedBy = NULL, LockExpiration = NULL
    WHERE TaskHub = @TaskHub AND LockExpiration IS NOT NULL AND (LockedBy = @Owner OR LEFT(LockedBy, LEN(@Owner) + 1) = @Owner + ',');
    UPDATE {{schema}}.NewTasks WITH (ROWLOCK, READPAST)
    SET LockedBy = NULL, LockExpiration = NULL
    WHERE TaskHub = @TaskHub AND LockExpiration IS NOT NULL AND (LockedBy = @Owner OR LEFT(LockedBy, LEN(@Owner) + 1) = @Owner + ',');
    DELETE FROM {{schema}}_host.Callers
    WHERE TaskHub = @TaskHub AND LEFT(Caller, LEN(@Owner) + 1) = @Owner + '/';
END
GO
