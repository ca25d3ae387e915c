-- Writes a record if its version still is the expected one; NULL: if there is none. Returns 1 when the record is now what
-- the caller wants, which a repeated call finds, too; 0 when somebody else was first.
CREATE OR ALTER PROCEDURE {{schema}}_host.PutRecord
    @TaskHub varchar(50),
    @RecordKey varchar(200),
    @Value nvarchar(max),
    @ExpectedVersion bigint
AS
BEGIN
    SET NOCOUNT ON;
    SET XACT_ABORT ON;
    DECLARE @version bigint = ISNULL(@ExpectedVersion, 0) + 1;
    DECLARE @present bigint;
    DECLARE @presentValue nvarchar(max);

    BEGIN TRANSACTION;

    -- The range lock keeps a rival from making the same record between this look and the insertion.
    SELECT @present = [Version], @presentValue = [Value]
    FROM {{schema}}_host.Records WITH (UPDLOCK, HOLDLOCK, ROWLOCK)
    WHERE TaskHub = @TaskHub AND RecordKey = @RecordKey;

    IF @present IS NULL AND @ExpectedVersion IS NULL
        INSERT INTO {{schema}}_host.Records (TaskHub, RecordKey, [Value], [Version])
        VALUES (@TaskHub, @RecordKey, @Value, 1);
    ELSE IF @present = @ExpectedVersion
        UPDATE {{schema}}_host.Records
        SET [Value] = @Value, [Version] = @version
        WHERE TaskHub = @TaskHub AND RecordKey = @RecordKey;
    ELSE IF @present IS NULL OR @present <> @version
        OR @presentValue COLLATE Latin1_General_BIN2 <> @Value COLLATE Latin1_General_BIN2
    BEGIN
        COMMIT TRANSACTION;
        RETURN 0;
    END;

    COMMIT TRANSACTION;
    RETURN 1;
END
GO
