-- Deletes instances with all that belongs to them; returns how many. With @AnyStatus = 0 only those that are in one of
-- @Statuses now, and that no start is waiting for.
CREATE OR ALTER PROCEDURE [{{schema}}_host].[PurgeInstances]
  @TaskHub varchar(50),
  @InstanceIDs [{{schema}}_host].[Texts] READONLY,
  @AnyStatus bit,
  @Statuses [{{schema}}_host].[Texts] READONLY
AS
BEGIN
  SET NOCOUNT ON;
  SET XACT_ABORT ON;
  DECLARE @gone TABLE ([InstanceID] varchar(100) NOT NULL);

  BEGIN TRANSACTION;

  DELETE I
  OUTPUT deleted.[InstanceID] INTO @gone ([InstanceID])
  FROM [{{schema}}].[Instances] AS I
    INNER JOIN @InstanceIDs AS D ON D.[Text] = I.[InstanceID]
  WHERE I.[TaskHub] = @TaskHub
    AND (@AnyStatus = 1 OR (
      I.[RuntimeStatus] IN (SELECT S.[Text] FROM @Statuses AS S)
      AND NOT EXISTS (
        SELECT 1 FROM [{{schema}}].[NewEvents] AS E
        WHERE E.[TaskHub] = @TaskHub AND E.[InstanceID] = I.[InstanceID] AND E.[EventType] = 'ExecutionStarted'
      )));

  DELETE X FROM [{{schema}}].[NewEvents] AS X INNER JOIN @gone AS D ON D.[InstanceID] = X.[InstanceID] WHERE X.[TaskHub] = @TaskHub;
  DELETE X FROM [{{schema}}].[NewTasks] AS X INNER JOIN @gone AS D ON D.[InstanceID] = X.[InstanceID] WHERE X.[TaskHub] = @TaskHub;
  DELETE X FROM [{{schema}}].[History] AS X INNER JOIN @gone AS D ON D.[InstanceID] = X.[InstanceID] WHERE X.[TaskHub] = @TaskHub;
  DELETE X FROM [{{schema}}].[Payloads] AS X INNER JOIN @gone AS D ON D.[InstanceID] = X.[InstanceID] WHERE X.[TaskHub] = @TaskHub;

  COMMIT TRANSACTION;
  SELECT COUNT(*) AS [Deleted] FROM @gone;
END
GO
