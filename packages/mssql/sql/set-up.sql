-- Both schemas, and what was applied to them. Safe to run again.
IF SCHEMA_ID(N'{{schema}}') IS NULL
    EXEC (N'CREATE SCHEMA {{schema}}');
GO
IF SCHEMA_ID(N'{{schema}}_host') IS NULL
    EXEC (N'CREATE SCHEMA {{schema}}_host');
GO
-- One row per migration file, written before the file runs in the same transaction: two upgraders cannot both run it.
IF OBJECT_ID(N'{{schema}}_host.Migrations', N'U') IS NULL
    CREATE TABLE {{schema}}_host.Migrations (
        Name varchar(100) NOT NULL CONSTRAINT PK_Migrations PRIMARY KEY,
        AppliedTime datetime2(7) NOT NULL CONSTRAINT DF_Migrations_AppliedTime DEFAULT SYSUTCDATETIME()
    );
GO
-- What was applied last, as a number that rises with every release that changes a script, and the scripts' hash.
IF OBJECT_ID(N'{{schema}}_host.Revisions', N'U') IS NULL
    CREATE TABLE {{schema}}_host.Revisions (
        Revision int NOT NULL CONSTRAINT PK_Revisions PRIMARY KEY,
        ScriptsHash varchar(64) NOT NULL,
        AppliedTime datetime2(7) NOT NULL CONSTRAINT DF_Revisions_AppliedTime DEFAULT SYSUTCDATETIME()
    );
GO
-- For every login of the runtime role, which may read no table: the revisions, newest first; the migrations.
CREATE OR ALTER PROCEDURE {{schema}}_host.GetSchemaStatus
AS
BEGIN
    SET NOCOUNT ON;
    SELECT Revision, ScriptsHash, AppliedTime FROM {{schema}}_host.Revisions ORDER BY Revision DESC;
    SELECT Name, AppliedTime FROM {{schema}}_host.Migrations ORDER BY Name;
END
GO
CREATE OR ALTER PROCEDURE {{schema}}_host.RecordRevision
    @Revision int,
    @ScriptsHash varchar(64)
AS
BEGIN
    SET NOCOUNT ON;
    UPDATE {{schema}}_host.Revisions
    SET ScriptsHash = @ScriptsHash, AppliedTime = SYSUTCDATETIME()
    WHERE Revision = @Revision;
    IF @@ROWCOUNT = 0
        INSERT INTO {{schema}}_host.Revisions (Revision, ScriptsHash) VALUES (@Revision, @ScriptsHash);
END
GO
-- Microsoft's drop script removes its schema alone: then the contract's migrations have to run again.
IF OBJECT_ID(N'{{schema}}._GetVersions') IS NULL
    DELETE FROM {{schema}}_host.Migrations WHERE Name LIKE 'dt/%';
GO
