-- Gives back what a process still has locked, or what one of its calls has: @Owner is the beginning of the tokens, or one of
-- them. Rows that somebody is at right now are passed over: they are released by whoever it is, or expire.
CREATE OR ALTER PROCEDURE {{schema}}_host.ReleaseLocks
    @TaskHub varchar(50),
    @Owner varchar(100)
AS
BEGIN
    SET NOCOUNT ON;
    DECLARE @held TABLE (InstanceID varchar(100) NOT NULL PRIMARY KEY);

    -- No index has the locks of instances, as every episode would have to write it. A locked instance has messages that are
    -- due, or an activity that is locked too, whose outcome it was locked for: of those there are few among all instances.
    INSERT INTO @held (InstanceID)
    SELECT E.InstanceID
    FROM {{schema}}.NewEvents AS E WITH (READCOMMITTEDLOCK, READPAST)
    WHERE E.TaskHub = @TaskHub AND (E.VisibleTime IS NULL OR E.VisibleTime <= SYSUTCDATETIME())
    UNION
    SELECT N.InstanceID
    FROM {{schema}}.NewTasks AS N WITH (READCOMMITTEDLOCK, READPAST)
    WHERE N.TaskHub = @TaskHub AND N.LockExpiration IS NOT NULL;

    UPDATE I
    SET LockedBy = NULL, LockExpiration = NULL
    FROM @held AS H
        INNER LOOP JOIN {{schema}}.Instances AS I WITH (ROWLOCK, READPAST)
            ON I.TaskHub = @TaskHub AND I.InstanceID = H.InstanceID
    WHERE I.LockExpiration IS NOT NULL
        AND (I.LockedBy = @Owner OR LEFT(I.LockedBy, LEN(@Owner) + 1) = @Owner + ',');
    UPDATE {{schema}}.NewTasks WITH (ROWLOCK, READPAST)
    SET LockedBy = NULL, LockExpiration = NULL
    WHERE TaskHub = @TaskHub AND LockExpiration IS NOT NULL AND (LockedBy = @Owner OR LEFT(LockedBy, LEN(@Owner) + 1) = @Owner + ',');
    DELETE FROM {{schema}}_host.Callers
    WHERE TaskHub = @TaskHub AND LEFT(Caller, LEN(@Owner) + 1) = @Owner + '/';
END
GO
