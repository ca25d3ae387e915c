-- Deletes everything about the instances, whatever their status; returns how many existed.
-- In chunks, each committed by itself: a long list neither blocks the others nor starts over after a time-out.
CREATE OR ALTER PROCEDURE {{schema}}.PurgeInstanceStateByID
    @InstanceIDs {{schema}}.InstanceIDs READONLY
AS
BEGIN
    SET NOCOUNT ON;
    SET XACT_ABORT ON;
    DECLARE @TaskHub varchar(50) = {{schema}}.CurrentTaskHub();
    DECLARE @Deleted int = 0;
    DECLARE @First int = 1;
    DECLARE @Last int;
    DECLARE @ChunkSize int = 500;
    DECLARE @Wanted TABLE (Position int IDENTITY NOT NULL PRIMARY KEY, InstanceID varchar(100) NOT NULL);
    DECLARE @Chunk TABLE (InstanceID varchar(100) NOT NULL PRIMARY KEY);

    BEGIN TRANSACTION;
    INSERT INTO @Wanted (InstanceID) SELECT DISTINCT InstanceID FROM @InstanceIDs;
    COMMIT TRANSACTION;
    SET @Last = (SELECT COUNT(*) FROM @Wanted);

    WHILE @First <= @Last
    BEGIN
        DELETE FROM @Chunk;
        INSERT INTO @Chunk (InstanceID)
        SELECT InstanceID FROM @Wanted WHERE Position >= @First AND Position < @First + @ChunkSize;
        SET @First = @First + @ChunkSize;

        BEGIN TRANSACTION;
        DELETE FROM {{schema}}.Instances WHERE TaskHub = @TaskHub AND InstanceID IN (SELECT InstanceID FROM @Chunk);
        SET @Deleted = @Deleted + @@ROWCOUNT;
        DELETE FROM {{schema}}.NewEvents WHERE TaskHub = @TaskHub AND InstanceID IN (SELECT InstanceID FROM @Chunk);
        DELETE FROM {{schema}}.NewTasks WHERE TaskHub = @TaskHub AND InstanceID IN (SELECT InstanceID FROM @Chunk);
        DELETE FROM {{schema}}.Payloads WHERE TaskHub = @TaskHub AND InstanceID IN (SELECT InstanceID FROM @Chunk);
        DELETE FROM {{schema}}.History WHERE TaskHub = @TaskHub AND InstanceID IN (SELECT InstanceID FROM @Chunk);
        COMMIT TRANSACTION;
    END
    RETURN @Deleted;
END
GO
