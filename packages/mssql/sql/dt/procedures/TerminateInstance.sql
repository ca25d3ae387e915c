-- Ends an instance: at once if it has not begun, else by a queued ExecutionTerminated (at most one). Ended: nothing.
CREATE OR ALTER PROCEDURE {{schema}}.TerminateInstance
    @InstanceID varchar(100),
    @Reason varchar(max) = NULL
AS
BEGIN
    SET NOCOUNT ON;
    SET XACT_ABORT ON;
    DECLARE @TaskHub varchar(50) = {{schema}}.CurrentTaskHub();
    DECLARE @Now datetime2(7) = SYSUTCDATETIME();
    DECLARE @Status varchar(20);
    DECLARE @LockExpiration datetime2(7);
    DECLARE @PayloadID uniqueidentifier;
    DECLARE @AtOnce bit = 0;

    BEGIN TRANSACTION;
    SELECT @Status = RuntimeStatus, @LockExpiration = LockExpiration
    FROM {{schema}}.Instances WITH (UPDLOCK, ROWLOCK)
    WHERE TaskHub = @TaskHub AND InstanceID = @InstanceID;
    IF @Status IS NULL
    BEGIN
        ROLLBACK TRANSACTION;
        THROW 50000, 'The instance cannot be terminated: it does not exist.', 1;
    END

    IF @Status = 'Pending' AND (@LockExpiration IS NULL OR @LockExpiration <= @Now)
        SET @AtOnce = 1;
    IF @AtOnce = 0 AND (
        @Status NOT IN ('Pending', 'Running', 'Suspended')
        OR EXISTS (
            SELECT 1 FROM {{schema}}.NewEvents
            WHERE TaskHub = @TaskHub AND InstanceID = @InstanceID AND EventType = 'ExecutionTerminated'))
    BEGIN
        COMMIT TRANSACTION;
        RETURN;
    END

    -- The reason travels as the payload's text, as the other reasons do not.
    IF @Reason IS NOT NULL
    BEGIN
        SET @PayloadID = NEWID();
        INSERT INTO {{schema}}.Payloads (TaskHub, InstanceID, PayloadID, [Text])
        VALUES (@TaskHub, @InstanceID, @PayloadID, @Reason);
    END
    IF @AtOnce = 1
    BEGIN
        UPDATE {{schema}}.Instances
        SET RuntimeStatus = 'Terminated', LastUpdatedTime = @Now, CompletedTime = @Now, OutputPayloadID = @PayloadID,
            LockExpiration = NULL
        WHERE TaskHub = @TaskHub AND InstanceID = @InstanceID;
        DELETE FROM {{schema}}.NewEvents WHERE TaskHub = @TaskHub AND InstanceID = @InstanceID;
    END
    ELSE
        INSERT INTO {{schema}}.NewEvents (TaskHub, InstanceID, EventType, PayloadID)
        VALUES (@TaskHub, @InstanceID, 'ExecutionTerminated', @PayloadID);
    COMMIT TRANSACTION;
END
GO
