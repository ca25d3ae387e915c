-- Records a version; one that is recorded keeps its time.
CREATE OR ALTER PROCEDURE {{schema}}._UpdateVersion
    @SemanticVersion varchar(100)
AS
BEGIN
    SET NOCOUNT ON;
    INSERT INTO {{schema}}.Versions (SemanticVersion)
    SELECT @SemanticVersion
    WHERE NOT EXISTS (SELECT 1 FROM {{schema}}.Versions WHERE SemanticVersion = @SemanticVersion);
END
GO
