-- Tells cheaply whether there is anything to lock, by kind, and when the next thing will be that only waits for its time.
CREATE OR ALTER PROCEDURE [{{schema}}_host].[PeekWork]
  @TaskHub varchar(50)
AS
BEGIN
  SET NOCOUNT ON;
  DECLARE @now datetime2(7) = SYSUTCDATETIME();
  DECLARE @ready TABLE ([IsEntity] bit NOT NULL);
  DECLARE @due TABLE ([Time] datetime2(7) NULL);

  INSERT INTO @ready ([IsEntity])
  SELECT DISTINCT CASE WHEN I.[InstanceID] LIKE '@%' THEN 1 ELSE 0 END
  FROM [{{schema}}].[NewEvents] AS E WITH (READPAST)
    INNER JOIN [{{schema}}].[Instances] AS I WITH (READPAST)
      ON I.[TaskHub] = E.[TaskHub] AND I.[InstanceID] = E.[InstanceID]
  WHERE E.[TaskHub] = @TaskHub
    AND (E.[VisibleTime] IS NULL OR E.[VisibleTime] <= @now)
    AND (I.[LockExpiration] IS NULL OR I.[LockExpiration] <= @now)
    AND (I.[RuntimeStatus] <> 'Pending' OR E.[EventType] = 'ExecutionStarted'
      OR (E.[EventType] = 'ExecutionTerminated' AND E.[Name] IS NULL)
      OR NOT EXISTS (
        SELECT 1 FROM [{{schema}}].[NewEvents] AS S WITH (READPAST)
        WHERE S.[TaskHub] = E.[TaskHub] AND S.[InstanceID] = E.[InstanceID]
          AND S.[EventType] = 'ExecutionStarted' AND S.[VisibleTime] > @now
      ));

  INSERT INTO @due ([Time])
  SELECT MIN(E.[VisibleTime]) FROM [{{schema}}].[NewEvents] AS E WITH (READPAST)
  WHERE E.[TaskHub] = @TaskHub AND E.[VisibleTime] > @now;
  INSERT INTO @due ([Time])
  SELECT MIN(N.[VisibleTime]) FROM [{{schema}}].[NewTasks] AS N WITH (READPAST)
  WHERE N.[TaskHub] = @TaskHub AND N.[VisibleTime] > @now;
  INSERT INTO @due ([Time])
  SELECT MIN(N.[LockExpiration]) FROM [{{schema}}].[NewTasks] AS N WITH (READPAST)
  WHERE N.[TaskHub] = @TaskHub AND N.[LockExpiration] > @now;
  INSERT INTO @due ([Time])
  SELECT MIN(I.[LockExpiration]) FROM [{{schema}}].[Instances] AS I WITH (READPAST)
  WHERE I.[TaskHub] = @TaskHub AND I.[LockExpiration] > @now;

  SELECT @now AS [Now],
    CAST(CASE WHEN EXISTS (SELECT 1 FROM @ready WHERE [IsEntity] = 0) THEN 1 ELSE 0 END AS bit) AS [Orchestrations],
    CAST(CASE WHEN EXISTS (SELECT 1 FROM @ready WHERE [IsEntity] = 1) THEN 1 ELSE 0 END AS bit) AS [Entities],
    CAST(CASE WHEN EXISTS (
      SELECT 1 FROM [{{schema}}].[NewTasks] AS N WITH (READPAST)
      WHERE N.[TaskHub] = @TaskHub
        AND (N.[LockExpiration] IS NULL OR N.[LockExpiration] <= @now)
        AND (N.[VisibleTime] IS NULL OR N.[VisibleTime] <= @now)
    ) THEN 1 ELSE 0 END AS bit) AS [Activities],
    (SELECT MIN([Time]) FROM @due) AS [NextDue];
END
GO
