-- Queues an external event. An unknown id of the form @name@key starts an entity; any other unknown id is 50000.
CREATE OR ALTER PROCEDURE {{schema}}.RaiseEvent
    @Name varchar(300),
    @InstanceID varchar(100) = NULL,
    @PayloadText varchar(max) = NULL,
    @DeliveryTime datetime2(7) = NULL
AS
BEGIN
    SET NOCOUNT ON;
    SET XACT_ABORT ON;
    DECLARE @TaskHub varchar(50) = {{schema}}.CurrentTaskHub();
    DECLARE @PayloadID uniqueidentifier;

    BEGIN TRANSACTION;
    IF NOT EXISTS (SELECT 1 FROM {{schema}}.Instances WHERE TaskHub = @TaskHub AND InstanceID = @InstanceID)
    BEGIN
        IF LEFT(@InstanceID, 1) = '@' AND CHARINDEX('@', @InstanceID, 2) > 2
        BEGIN
            -- Someone else may signal the same new entity now: then the row is there, which is all that is wanted.
            SET XACT_ABORT OFF;
            BEGIN TRY
                INSERT INTO {{schema}}.Instances (TaskHub, InstanceID, ExecutionID, [Name], [Version], RuntimeStatus)
                VALUES (
                    @TaskHub, @InstanceID, CONVERT(varchar(36), NEWID()),
                    SUBSTRING(@InstanceID, 2, CHARINDEX('@', @InstanceID, 2) - 2), '', 'Pending');
            END TRY
            BEGIN CATCH
                IF ERROR_NUMBER() NOT IN (2627, 2601)
                BEGIN
                    IF @@TRANCOUNT > 0
                        ROLLBACK TRANSACTION;
                    THROW;
                END
            END CATCH
            SET XACT_ABORT ON;
        END
        ELSE
        BEGIN
            ROLLBACK TRANSACTION;
            THROW 50000, 'The event cannot be delivered: there is no such instance.', 1;
        END
    END

    IF @PayloadText IS NOT NULL
    BEGIN
        SET @PayloadID = NEWID();
        INSERT INTO {{schema}}.Payloads (TaskHub, InstanceID, PayloadID, [Text])
        VALUES (@TaskHub, @InstanceID, @PayloadID, @PayloadText);
    END
    INSERT INTO {{schema}}.NewEvents (TaskHub, InstanceID, EventType, [Name], VisibleTime, PayloadID)
    VALUES (@TaskHub, @InstanceID, 'EventRaised', @Name, @DeliveryTime, @PayloadID);
    COMMIT TRANSACTION;
END
GO
