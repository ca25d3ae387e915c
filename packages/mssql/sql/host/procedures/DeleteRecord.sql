-- Deletes a record, whatever its version.
CREATE OR ALTER PROCEDURE {{schema}}_host.DeleteRecord
    @TaskHub varchar(50),
    @RecordKey varchar(200)
AS
BEGIN
    SET NOCOUNT ON;
    DELETE FROM {{schema}}_host.Records WHERE TaskHub = @TaskHub AND RecordKey = @RecordKey;
END
GO
