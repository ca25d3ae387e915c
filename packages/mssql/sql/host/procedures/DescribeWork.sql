-- The work of one instance, for people. Result sets: the server's time and the lock; messages; activity tasks.
CREATE OR ALTER PROCEDURE {{schema}}_host.DescribeWork
    @TaskHub varchar(50),
    @InstanceID varchar(100)
AS
BEGIN
    SET NOCOUNT ON;
    SELECT SYSUTCDATETIME() AS Now, I.LockedBy, I.LockExpiration
    FROM {{schema}}.Instances AS I
    WHERE I.TaskHub = @TaskHub AND I.InstanceID = @InstanceID;

    SELECT E.EventType, E.TaskID, E.[Timestamp], E.VisibleTime
    FROM {{schema}}.NewEvents AS E
    WHERE E.TaskHub = @TaskHub AND E.InstanceID = @InstanceID
        AND (E.VisibleTime IS NULL OR E.VisibleTime < '9999-12-31T23:59:59.9999999')
    ORDER BY E.SequenceNumber;

    SELECT N.TaskID, N.DequeueCount, N.LockedBy, N.LockExpiration, N.VisibleTime
    FROM {{schema}}.NewTasks AS N
    WHERE N.TaskHub = @TaskHub AND N.InstanceID = @InstanceID
    ORDER BY N.TaskID;
END
GO
