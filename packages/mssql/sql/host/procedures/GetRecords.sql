-- The record with a key, or all whose keys begin with a prefix, in the order of their keys.
CREATE OR ALTER PROCEDURE {{schema}}_host.GetRecords
    @TaskHub varchar(50),
    @RecordKey varchar(200),
    @IsPrefix bit
AS
BEGIN
    SET NOCOUNT ON;
    IF @IsPrefix = 0
        SELECT RecordKey, [Value], [Version]
        FROM {{schema}}_host.Records
        WHERE TaskHub = @TaskHub AND RecordKey = @RecordKey;
    ELSE
        SELECT RecordKey, [Value], [Version]
        FROM {{schema}}_host.Records
        WHERE TaskHub = @TaskHub AND LEFT(RecordKey, LEN(@RecordKey)) = @RecordKey
        ORDER BY RecordKey;
END
GO
