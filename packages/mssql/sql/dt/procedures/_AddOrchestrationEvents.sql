-- Queues messages from clients. An unknown id of the form @name@key starts an entity; any other unknown id is 50000:
-- nothing is queued then, and no instance of a made-up name appears.
CREATE OR ALTER PROCEDURE {{schema}}._AddOrchestrationEvents
    @NewOrchestrationEvents {{schema}}.OrchestrationEvents READONLY
AS
BEGIN
    SET NOCOUNT ON;
    SET XACT_ABORT ON;
    DECLARE @TaskHub varchar(50) = {{schema}}.CurrentTaskHub();
    DECLARE @Attempts int = 0;
    DECLARE @Missing int = 1;

    BEGIN TRANSACTION;
    SET XACT_ABORT OFF;
    WHILE @Missing > 0
    BEGIN
        SET @Attempts = @Attempts + 1;
        BEGIN TRY
            INSERT INTO {{schema}}.Instances
                (TaskHub, InstanceID, ExecutionID, [Name], [Version], RuntimeStatus, TraceContext)
            SELECT
                @TaskHub, N.InstanceID, CONVERT(varchar(36), NEWID()),
                MIN(SUBSTRING(N.InstanceID, 2, ABS(CHARINDEX('@', N.InstanceID, 2) - 2))), '', 'Pending',
                MIN(N.TraceContext)
            FROM @NewOrchestrationEvents AS N
            WHERE LEFT(N.InstanceID, 1) = '@' AND CHARINDEX('@', N.InstanceID, 2) > 2 AND NOT EXISTS (
                SELECT 1 FROM {{schema}}.Instances AS I WHERE I.TaskHub = @TaskHub AND I.InstanceID = N.InstanceID)
            GROUP BY N.InstanceID
            ORDER BY N.InstanceID;
            SET @Missing = 0;
        END TRY
        BEGIN CATCH
            IF ERROR_NUMBER() NOT IN (2627, 2601) OR @Attempts >= 10
            BEGIN
                IF @@TRANCOUNT > 0
                    ROLLBACK TRANSACTION;
                THROW;
            END
        END CATCH
    END
    SET XACT_ABORT ON;
    IF EXISTS (
        SELECT 1 FROM @NewOrchestrationEvents AS N
        WHERE NOT EXISTS (
            SELECT 1 FROM {{schema}}.Instances AS I WHERE I.TaskHub = @TaskHub AND I.InstanceID = N.InstanceID))
    BEGIN
        ROLLBACK TRANSACTION;
        THROW 50000, 'The event cannot be delivered: there is no such instance.', 1;
    END

    INSERT INTO {{schema}}.Payloads (TaskHub, InstanceID, PayloadID, [Text], Reason)
    SELECT @TaskHub, InstanceID, PayloadID, PayloadText, Reason
    FROM @NewOrchestrationEvents WHERE PayloadID IS NOT NULL;
    INSERT INTO {{schema}}.NewEvents
        (TaskHub, InstanceID, ExecutionID, EventType, [Name], RuntimeStatus, VisibleTime, TaskID, TraceContext, PayloadID)
    SELECT
        @TaskHub, InstanceID, ExecutionID, EventType, [Name], RuntimeStatus, VisibleTime, TaskID, TraceContext, PayloadID
    FROM @NewOrchestrationEvents;
    COMMIT TRANSACTION;
END
GO
