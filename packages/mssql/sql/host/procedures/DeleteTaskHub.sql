-- Deletes up to @Max instances of the task hub and, with the last of them, whatever else is left of it.
-- Answers whether instances are left: it is called again until there are none.
CREATE OR ALTER PROCEDURE {{schema}}_host.DeleteTaskHub
    @TaskHub varchar(50),
    @Max int
AS
BEGIN
    SET NOCOUNT ON;
    SET XACT_ABORT ON;
    DECLARE @gone TABLE (InstanceID varchar(100) NOT NULL);

    BEGIN TRANSACTION;
    INSERT INTO @gone (InstanceID)
    SELECT TOP (@Max) I.InstanceID FROM {{schema}}.Instances AS I WHERE I.TaskHub = @TaskHub ORDER BY I.InstanceID;
    DELETE X FROM {{schema}}.Instances AS X INNER JOIN @gone AS D ON D.InstanceID = X.InstanceID WHERE X.TaskHub = @TaskHub;
    DELETE X FROM {{schema}}.NewEvents AS X INNER JOIN @gone AS D ON D.InstanceID = X.InstanceID WHERE X.TaskHub = @TaskHub;
    DELETE X FROM {{schema}}.NewTasks AS X INNER JOIN @gone AS D ON D.InstanceID = X.InstanceID WHERE X.TaskHub = @TaskHub;
    DELETE X FROM {{schema}}.History AS X INNER JOIN @gone AS D ON D.InstanceID = X.InstanceID WHERE X.TaskHub = @TaskHub;
    DELETE X FROM {{schema}}.Payloads AS X INNER JOIN @gone AS D ON D.InstanceID = X.InstanceID WHERE X.TaskHub = @TaskHub;
    IF NOT EXISTS (SELECT 1 FROM {{schema}}.Instances WHERE TaskHub = @TaskHub)
    BEGIN
        DELETE FROM {{schema}}.NewEvents WHERE TaskHub = @TaskHub;
        DELETE FROM {{schema}}.NewTasks WHERE TaskHub = @TaskHub;
        DELETE FROM {{schema}}.History WHERE TaskHub = @TaskHub;
        DELETE FROM {{schema}}.Payloads WHERE TaskHub = @TaskHub;
        DELETE FROM {{schema}}_host.Callers WHERE TaskHub = @TaskHub;
    END;
    COMMIT TRANSACTION;

    SELECT CAST(CASE WHEN EXISTS (SELECT 1 FROM {{schema}}.Instances WHERE TaskHub = @TaskHub) THEN 1 ELSE 0 END AS bit)
        AS Remaining;
END
GO
