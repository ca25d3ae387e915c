-- Purges ended instances created (@FilterType 0) or completed (1) up to a time; returns how many. Chunks as by id.
-- The test and the deletion are one statement: an instance that is created anew meanwhile is left alone.
CREATE OR ALTER PROCEDURE {{schema}}.PurgeInstanceStateByTime
    @ThresholdTime datetime2(7),
    @FilterType tinyint = 0
AS
BEGIN
    SET NOCOUNT ON;
    SET XACT_ABORT ON;
    DECLARE @TaskHub varchar(50) = {{schema}}.CurrentTaskHub();
    DECLARE @Total int = 0;
    DECLARE @InChunk int = 1;
    DECLARE @Message nvarchar(200);
    DECLARE @Chunk TABLE (InstanceID varchar(100) NOT NULL PRIMARY KEY);

    IF @FilterType IS NULL OR @FilterType NOT IN (0, 1)
    BEGIN
        SET @Message = CONCAT(N'There is no purge filter of type ', @FilterType, N': use 0 (created) or 1 (completed).');
        THROW 50000, @Message, 1;
    END

    WHILE @InChunk > 0
    BEGIN
        DELETE FROM @Chunk;
        BEGIN TRANSACTION;
        IF @FilterType = 0
            DELETE TOP (500) FROM {{schema}}.Instances
            OUTPUT DELETED.InstanceID INTO @Chunk (InstanceID)
            WHERE TaskHub = @TaskHub AND RuntimeStatus IN ('Completed', 'Terminated', 'Failed')
                AND CreatedTime <= @ThresholdTime;
        ELSE
            DELETE TOP (500) FROM {{schema}}.Instances
            OUTPUT DELETED.InstanceID INTO @Chunk (InstanceID)
            WHERE TaskHub = @TaskHub AND RuntimeStatus IN ('Completed', 'Terminated', 'Failed')
                AND CompletedTime <= @ThresholdTime;
        SET @InChunk = (SELECT COUNT(*) FROM @Chunk);
        DELETE FROM {{schema}}.NewEvents WHERE TaskHub = @TaskHub AND InstanceID IN (SELECT InstanceID FROM @Chunk);
        DELETE FROM {{schema}}.NewTasks WHERE TaskHub = @TaskHub AND InstanceID IN (SELECT InstanceID FROM @Chunk);
        DELETE FROM {{schema}}.Payloads WHERE TaskHub = @TaskHub AND InstanceID IN (SELECT InstanceID FROM @Chunk);
        DELETE FROM {{schema}}.History WHERE TaskHub = @TaskHub AND InstanceID IN (SELECT InstanceID FROM @Chunk);
        COMMIT TRANSACTION;
        SET @Total = @Total + @InChunk;
    END
    RETURN @Total;
END
GO
