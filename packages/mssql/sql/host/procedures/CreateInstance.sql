-- Creates a Pending instance with its start. An existing one is replaced with all that belongs to it when its status is
-- among @Replaceable, except starts of other executions: somebody awaits an answer to each of them. THROW 50001 otherwise.
-- A repeated call does nothing more, whatever has become of the instance.
CREATE OR ALTER PROCEDURE {{schema}}_host.CreateInstance
    @TaskHub varchar(50),
    @InstanceID varchar(100),
    @Caller varchar(100),
    @Call bigint,
    @Replaceable {{schema}}_host.Texts READONLY,
    @Start {{schema}}_host.MessageRows READONLY,
    @Payloads {{schema}}_host.PayloadRows READONLY
AS
BEGIN
    SET NOCOUNT ON;
    SET XACT_ABORT ON;
    DECLARE @status varchar(20);
    DECLARE @current varchar(50);
    DECLARE @message nvarchar(200);
    DECLARE @isRepeated int;

    BEGIN TRANSACTION;

    EXEC @isRepeated = {{schema}}_host.BeginCall @TaskHub = @TaskHub, @Caller = @Caller, @Call = @Call;
    IF @isRepeated = 1
    BEGIN
        COMMIT TRANSACTION;
        RETURN 0;
    END;

    -- The range lock keeps a rival from creating the same instance between this look and the insertion.
    SELECT @status = I.RuntimeStatus, @current = I.ExecutionID
    FROM {{schema}}.Instances AS I WITH (UPDLOCK, HOLDLOCK, ROWLOCK)
    WHERE I.TaskHub = @TaskHub AND I.InstanceID = @InstanceID;

    IF @status IS NOT NULL
    BEGIN
        IF NOT EXISTS (SELECT 1 FROM @Replaceable AS R WHERE R.[Text] = @status)
        BEGIN
            ROLLBACK TRANSACTION;
            SET @message = N'An Orchestration instance with the status ' + @status + N' already exists.';
            THROW 50001, @message, 1;
        END;
        DELETE FROM {{schema}}.NewEvents
        WHERE TaskHub = @TaskHub AND InstanceID = @InstanceID
            AND (EventType <> 'ExecutionStarted' OR ExecutionID = @current OR ExecutionID IS NULL);
        DELETE FROM {{schema}}.NewTasks WHERE TaskHub = @TaskHub AND InstanceID = @InstanceID;
        DELETE FROM {{schema}}.History WHERE TaskHub = @TaskHub AND InstanceID = @InstanceID;
        DELETE FROM {{schema}}.Instances WHERE TaskHub = @TaskHub AND InstanceID = @InstanceID;
        DELETE P
        FROM {{schema}}.Payloads AS P
        WHERE P.TaskHub = @TaskHub AND P.InstanceID = @InstanceID
            AND NOT EXISTS (
                SELECT 1 FROM {{schema}}.NewEvents AS E
                WHERE E.TaskHub = @TaskHub AND E.InstanceID = @InstanceID AND E.PayloadID = P.PayloadID
            );
    END;

    INSERT INTO {{schema}}.Payloads (TaskHub, InstanceID, PayloadID, [Text], Reason, HostData)
    SELECT @TaskHub, P.InstanceID, P.PayloadID, P.[Text], P.Reason, P.HostData FROM @Payloads AS P;

    INSERT INTO {{schema}}.Instances (
        TaskHub, InstanceID, ExecutionID, [Name], [Version], CreatedTime, LastUpdatedTime, RuntimeStatus,
        InputPayloadID, ParentInstanceID, TraceContext, Tags
    )
    SELECT @TaskHub, S.InstanceID, S.SeedExecutionID, S.SeedName, S.SeedVersion, S.SeedCreatedTime,
        S.SeedCreatedTime, 'Pending', S.SeedInputPayloadID, S.SeedParentInstanceID, S.TraceContext, S.SeedTags
    FROM @Start AS S;

    INSERT INTO {{schema}}.NewEvents (
        TaskHub, InstanceID, ExecutionID, EventType, [Name], RuntimeStatus, TaskID, [Timestamp], VisibleTime,
        PayloadID, TraceContext
    )
    SELECT @TaskHub, S.InstanceID, S.ExecutionID, S.EventType, S.[Name], 'Pending', S.TaskID, S.[Timestamp],
        S.VisibleTime, S.PayloadID, S.TraceContext
    FROM @Start AS S;

    COMMIT TRANSACTION;
END
GO
