-- Creates an instance and its start event. 50001: one with this id exists in a status that @DedupeStatuses names.
-- Race-free: whoever inserts the Instances row first wins; the others find that row and judge it like any older one.
CREATE OR ALTER PROCEDURE {{schema}}.CreateInstance
    @Name varchar(300),
    @Version varchar(100) = NULL,
    @InstanceID varchar(100) = NULL,
    @ExecutionID varchar(50) = NULL,
    @InputText varchar(max) = NULL,
    @StartTime datetime2(7) = NULL,
    @DedupeStatuses varchar(max) = 'Pending,Running',
    @TraceContext varchar(800) = NULL,
    @Tags varchar(8000) = NULL
AS
BEGIN
    SET NOCOUNT ON;
    SET XACT_ABORT ON;
    DECLARE @TaskHub varchar(50) = {{schema}}.CurrentTaskHub();
    DECLARE @InputPayloadID uniqueidentifier;
    DECLARE @Found varchar(20);
    DECLARE @Created bit = 0;
    DECLARE @Attempts int = 0;
    DECLARE @Outer int = @@TRANCOUNT;
    DECLARE @Message nvarchar(2048);
    DECLARE @Replaced {{schema}}.InstanceIDs;

    IF @InstanceID IS NULL
        SET @InstanceID = CONVERT(varchar(36), NEWID());
    IF @ExecutionID IS NULL
        SET @ExecutionID = CONVERT(varchar(36), NEWID());
    IF @InputText IS NOT NULL
        SET @InputPayloadID = NEWID();
    INSERT INTO @Replaced (InstanceID) VALUES (@InstanceID);

    WHILE @Created = 0
    BEGIN
        SET @Attempts = @Attempts + 1;
        BEGIN TRY
            BEGIN TRANSACTION;
            SET @Found = (
                SELECT RuntimeStatus FROM {{schema}}.Instances WITH (UPDLOCK, ROWLOCK)
                WHERE TaskHub = @TaskHub AND InstanceID = @InstanceID);
            IF @Found IN (SELECT [value] FROM STRING_SPLIT(@DedupeStatuses, ','))
            BEGIN
                SET @Message = CONCAT(N'The instance ''', @InstanceID, N''' cannot be created: it exists and is ', @Found, N'.');
                THROW 50001, @Message, 1;
            END
            IF @Found IS NOT NULL
                EXEC {{schema}}.PurgeInstanceStateByID @Replaced;

            INSERT INTO {{schema}}.Instances
                (TaskHub, InstanceID, ExecutionID, [Name], [Version], RuntimeStatus, InputPayloadID, TraceContext, Tags)
            VALUES
                (@TaskHub, @InstanceID, @ExecutionID, @Name, @Version, 'Pending', @InputPayloadID, @TraceContext, @Tags);
            IF @InputPayloadID IS NOT NULL
                INSERT INTO {{schema}}.Payloads (TaskHub, InstanceID, PayloadID, [Text])
                VALUES (@TaskHub, @InstanceID, @InputPayloadID, @InputText);
            INSERT INTO {{schema}}.NewEvents
                (TaskHub, InstanceID, ExecutionID, EventType, [Name], RuntimeStatus, VisibleTime, TraceContext, PayloadID)
            VALUES
                (@TaskHub, @InstanceID, @ExecutionID, 'ExecutionStarted', @Name, 'Pending', @StartTime, @TraceContext, @InputPayloadID);
            COMMIT TRANSACTION;
            SET @Created = 1;
        END TRY
        BEGIN CATCH
            IF @@TRANCOUNT > 0
                ROLLBACK TRANSACTION;
            -- A caller's own transaction went with ours; repeating would leave its part undone.
            IF ERROR_NUMBER() NOT IN (2627, 2601) OR @Outer > 0 OR @Attempts >= 10
                THROW;
        END CATCH
    END
END
GO
