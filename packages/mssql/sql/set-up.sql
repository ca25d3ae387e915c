-- Both schemas and the list of what was applied to them. Safe to run again.
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
