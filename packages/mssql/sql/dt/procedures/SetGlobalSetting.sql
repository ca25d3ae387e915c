-- Sets a setting of the whole schema, such as TaskHubMode. For owners: the runtime role may not call it.
CREATE OR ALTER PROCEDURE {{schema}}.SetGlobalSetting
    @Name varchar(300),
    @Value sql_variant
AS
BEGIN
    SET NOCOUNT ON;
    SET XACT_ABORT ON;
    BEGIN TRANSACTION;
    UPDATE {{schema}}.GlobalSettings WITH (UPDLOCK, HOLDLOCK)
    SET [Value] = @Value, [Timestamp] = SYSUTCDATETIME(), LastModifiedBy = USER_NAME()
    WHERE [Name] = @Name;
    IF @@ROWCOUNT = 0
        INSERT INTO {{schema}}.GlobalSettings ([Name], [Value]) VALUES (@Name, @Value);
    COMMIT TRANSACTION;
END
GO
