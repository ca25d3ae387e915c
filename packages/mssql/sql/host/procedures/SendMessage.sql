-- Queues a message. Returns 1; 0 when its instance does not exist and it brings no seed. A message for an execution that is
-- gone is dropped. A repeated call does nothing more, whatever has become of the message.
CREATE OR ALTER PROCEDURE {{schema}}_host.SendMessage
    @TaskHub varchar(50),
    @Caller varchar(100),
    @Call bigint,
    @Message {{schema}}_host.MessageRows READONLY,
    @Payloads {{schema}}_host.PayloadRows READONLY
AS
BEGIN
    SET NOCOUNT ON;
    SET XACT_ABORT ON;
    DECLARE @instanceId varchar(100);
    DECLARE @current varchar(50);
    DECLARE @isSeeded bit;
    DECLARE @isRepeated int;

    BEGIN TRANSACTION;

    EXEC @isRepeated = {{schema}}_host.BeginCall @TaskHub = @TaskHub, @Caller = @Caller, @Call = @Call;
    IF @isRepeated = 1
    BEGIN
        COMMIT TRANSACTION;
        RETURN 1;
    END;

    SELECT @instanceId = M.InstanceID, @isSeeded = CASE WHEN M.SeedName IS NULL THEN 0 ELSE 1 END FROM @Message AS M;

    SELECT @current = I.ExecutionID
    FROM {{schema}}.Instances AS I WITH (UPDLOCK, HOLDLOCK, ROWLOCK)
    WHERE I.TaskHub = @TaskHub AND I.InstanceID = @instanceId;

    IF @current IS NULL AND @isSeeded = 0
    BEGIN
        ROLLBACK TRANSACTION;
        RETURN 0;
    END;

    IF @current IS NOT NULL AND EXISTS (
        SELECT 1 FROM @Message AS M WHERE M.EventType <> 'ExecutionStarted' AND M.ExecutionID <> @current
    )
    BEGIN
        COMMIT TRANSACTION;
        RETURN 1;
    END;

    -- One termination is enough. One that is for a certain parent's child (then Name has the parent) is another matter.
    IF EXISTS (SELECT 1 FROM @Message AS M WHERE M.EventType = 'ExecutionTerminated' AND M.[Name] IS NULL)
        AND EXISTS (
            SELECT 1 FROM {{schema}}.NewEvents AS E
            WHERE E.TaskHub = @TaskHub AND E.InstanceID = @instanceId AND E.EventType = 'ExecutionTerminated'
                AND E.[Name] IS NULL AND E.ExecutionID IS NULL AND E.VisibleTime IS NULL
        )
    BEGIN
        COMMIT TRANSACTION;
        RETURN 1;
    END;

    INSERT INTO {{schema}}.Payloads (TaskHub, InstanceID, PayloadID, [Text], Reason, HostData)
    SELECT @TaskHub, P.InstanceID, P.PayloadID, P.[Text], P.Reason, P.HostData FROM @Payloads AS P
    WHERE @current IS NULL OR P.PayloadID IN (SELECT M.PayloadID FROM @Message AS M);

    IF @current IS NULL
        INSERT INTO {{schema}}.Instances (
            TaskHub, InstanceID, ExecutionID, [Name], [Version], CreatedTime, LastUpdatedTime, RuntimeStatus,
            InputPayloadID, ParentInstanceID, TraceContext, Tags
        )
        SELECT @TaskHub, M.InstanceID, M.SeedExecutionID, M.SeedName, M.SeedVersion, M.SeedCreatedTime,
            M.SeedCreatedTime, 'Pending', M.SeedInputPayloadID, M.SeedParentInstanceID, M.TraceContext, M.SeedTags
        FROM @Message AS M;

    INSERT INTO {{schema}}.NewEvents (
        TaskHub, InstanceID, ExecutionID, EventType, [Name], RuntimeStatus, TaskID, [Timestamp], VisibleTime,
        PayloadID, TraceContext
    )
    SELECT @TaskHub, M.InstanceID, M.ExecutionID, M.EventType, M.[Name], M.RuntimeStatus, M.TaskID,
        M.[Timestamp], M.VisibleTime, M.PayloadID, M.TraceContext
    FROM @Message AS M;

    COMMIT TRANSACTION;
    RETURN 1;
END
GO
