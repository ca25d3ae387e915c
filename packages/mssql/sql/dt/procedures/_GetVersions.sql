-- The versions applied, newest first. A host reads the first row to decide whether its scripts are due.
CREATE OR ALTER PROCEDURE {{schema}}._GetVersions
AS
BEGIN
    SET NOCOUNT ON;
    SELECT SemanticVersion, UpgradeTime FROM {{schema}}.Versions ORDER BY UpgradeTime DESC;
END
GO
