-- Tells cheaply whether there is anything to lock, by kind, and when the next thing will be that only waits for its time.
CREATE OR ALTER PROCEDURE {{schema}}_host.PeekWork
    @TaskHub varchar(50)
AS
BEGIN
    SET NOCOUNT ON;
    DECLARE @now datetime2(7) = SYSUTCDATETIME();
    DECLARE @orchestrations bit = 0;
    DECLARE @entities bit = 0;
    DECLARE @activities bit = 0;
    DECLARE @due TABLE (Time datetime2(7) NULL);

    -- Each look ends at the first find: what waits may be much.
    IF EXISTS (
        SELECT 1
        FROM {{schema}}.NewEvents AS E WITH (READCOMMITTEDLOCK, READPAST)
            INNER JOIN {{schema}}.Instances AS I WITH (READCOMMITTEDLOCK, READPAST)
                ON I.TaskHub = E.TaskHub AND I.InstanceID = E.InstanceID
        WHERE E.TaskHub = @TaskHub AND E.InstanceID NOT LIKE '@%'
            AND (E.VisibleTime IS NULL OR E.VisibleTime <= @now)
            AND (I.LockExpiration IS NULL OR I.LockExpiration <= @now)
            AND (I.RuntimeStatus <> 'Pending' OR E.EventType = 'ExecutionStarted'
                OR (E.EventType = 'ExecutionTerminated' AND E.[Name] IS NULL)
                OR NOT EXISTS (
                    SELECT 1 FROM {{schema}}.NewEvents AS S WITH (READCOMMITTEDLOCK, READPAST)
                    WHERE S.TaskHub = E.TaskHub AND S.InstanceID = E.InstanceID
                        AND S.EventType = 'ExecutionStarted' AND S.VisibleTime > @now
                ))
    )
        SET @orchestrations = 1;
    IF EXISTS (
        SELECT 1
        FROM {{schema}}.NewEvents AS E WITH (READCOMMITTEDLOCK, READPAST)
            INNER JOIN {{schema}}.Instances AS I WITH (READCOMMITTEDLOCK, READPAST)
                ON I.TaskHub = E.TaskHub AND I.InstanceID = E.InstanceID
        WHERE E.TaskHub = @TaskHub AND E.InstanceID LIKE '@%'
            AND (E.VisibleTime IS NULL OR E.VisibleTime <= @now)
            AND (I.LockExpiration IS NULL OR I.LockExpiration <= @now)
            AND (I.RuntimeStatus <> 'Pending' OR E.EventType = 'ExecutionStarted'
                OR (E.EventType = 'ExecutionTerminated' AND E.[Name] IS NULL)
                OR NOT EXISTS (
                    SELECT 1 FROM {{schema}}.NewEvents AS S WITH (READCOMMITTEDLOCK, READPAST)
                    WHERE S.TaskHub = E.TaskHub AND S.InstanceID = E.InstanceID
                        AND S.EventType = 'ExecutionStarted' AND S.VisibleTime > @now
                ))
    )
        SET @entities = 1;
    IF EXISTS (
        SELECT 1 FROM {{schema}}.NewTasks AS N WITH (READCOMMITTEDLOCK, READPAST)
        WHERE N.TaskHub = @TaskHub
            AND (N.LockExpiration IS NULL OR N.LockExpiration <= @now)
            AND (N.VisibleTime IS NULL OR N.VisibleTime <= @now)
    )
        SET @activities = 1;

    -- Locks on instances are not among it: to find the next that expires, all instances would have to be read.
    INSERT INTO @due (Time)
    SELECT MIN(E.VisibleTime) FROM {{schema}}.NewEvents AS E WITH (READCOMMITTEDLOCK, READPAST)
    WHERE E.TaskHub = @TaskHub AND E.VisibleTime > @now AND E.VisibleTime < '9999-12-31T23:59:59.9999999';
    -- While there is something to do, the next look is near, and the queue may be long.
    IF @activities = 0
    BEGIN
        INSERT INTO @due (Time)
        SELECT MIN(N.VisibleTime) FROM {{schema}}.NewTasks AS N WITH (READCOMMITTEDLOCK, READPAST)
        WHERE N.TaskHub = @TaskHub AND N.VisibleTime > @now;
        INSERT INTO @due (Time)
        SELECT MIN(N.LockExpiration) FROM {{schema}}.NewTasks AS N WITH (READCOMMITTEDLOCK, READPAST)
        WHERE N.TaskHub = @TaskHub AND N.LockExpiration > @now;
    END;

    SELECT @now AS Now, @orchestrations AS Orchestrations, @entities AS Entities, @activities AS Activities,
        (SELECT MIN(Time) FROM @due) AS NextDue;
END
GO
