-- Ends a locked activity task and sends its outcome to the execution that scheduled it, unless that has ended for good: one
-- that has failed may be rewound.
-- THROW 50010: the lock is lost.
CREATE OR ALTER PROCEDURE {{schema}}_host.CompleteTask
    @TaskHub varchar(50),
    @SequenceNumber bigint,
    @Token varchar(100),
    @Outcome {{schema}}_host.MessageRows READONLY,
    @Payloads {{schema}}_host.PayloadRows READONLY
AS
BEGIN
    SET NOCOUNT ON;
    SET XACT_ABORT ON;
    DECLARE @instanceId varchar(100) = (SELECT MAX(O.InstanceID) FROM @Outcome AS O);
    DECLARE @current varchar(50);
    DECLARE @status varchar(20);
    DECLARE @ended TABLE (
        InstanceID varchar(100) NOT NULL, ExecutionID varchar(50) NULL, PayloadID uniqueidentifier NULL
    );

    BEGIN TRANSACTION;

    -- The instance before the task, as in a commit, which reads tasks while it holds the instance.
    SELECT @current = I.ExecutionID, @status = I.RuntimeStatus
    FROM {{schema}}.Instances AS I WITH (UPDLOCK, ROWLOCK)
    WHERE I.TaskHub = @TaskHub AND I.InstanceID = @instanceId;

    DELETE FROM {{schema}}.NewTasks
    OUTPUT deleted.InstanceID, deleted.ExecutionID, deleted.PayloadID
        INTO @ended (InstanceID, ExecutionID, PayloadID)
    WHERE TaskHub = @TaskHub AND SequenceNumber = @SequenceNumber AND LockedBy = @Token;

    IF NOT EXISTS (SELECT 1 FROM @ended)
    BEGIN
        ROLLBACK TRANSACTION;
        THROW 50010, N'The lock on the activity task is lost.', 1;
    END;

    IF @status NOT IN ('Completed', 'Terminated', 'Canceled')
        AND EXISTS (SELECT 1 FROM @ended AS D WHERE D.InstanceID = @instanceId AND D.ExecutionID = @current)
    BEGIN
        INSERT INTO {{schema}}.Payloads (TaskHub, InstanceID, PayloadID, [Text], Reason, HostData)
        SELECT @TaskHub, P.InstanceID, P.PayloadID, P.[Text], P.Reason, P.HostData FROM @Payloads AS P;

        INSERT INTO {{schema}}.NewEvents (
            TaskHub, InstanceID, ExecutionID, EventType, [Name], RuntimeStatus, TaskID, [Timestamp], VisibleTime,
            PayloadID, TraceContext
        )
        SELECT @TaskHub, O.InstanceID, O.ExecutionID, O.EventType, O.[Name], O.RuntimeStatus, O.TaskID,
            O.[Timestamp], O.VisibleTime, O.PayloadID, O.TraceContext
        FROM @Outcome AS O;
    END;

    DELETE P
    FROM {{schema}}.Payloads AS P
        INNER JOIN @ended AS D ON D.InstanceID = P.InstanceID AND D.PayloadID = P.PayloadID
    WHERE P.TaskHub = @TaskHub;

    COMMIT TRANSACTION;
END
GO
