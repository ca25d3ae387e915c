-- The task hub of the caller. TaskHubMode 0: the application name of the connection; 1: the database user.
CREATE OR ALTER FUNCTION {{schema}}.CurrentTaskHub()
    RETURNS varchar(50)
    WITH EXECUTE AS CALLER
AS
BEGIN
    DECLARE @Mode sql_variant = (SELECT [Value] FROM {{schema}}.GlobalSettings WHERE [Name] = 'TaskHubMode');
    DECLARE @TaskHub varchar(150) = 'default';
    IF @Mode = 0
        SET @TaskHub = APP_NAME();
    IF @Mode = 1
        SET @TaskHub = USER_NAME();
    IF @TaskHub IS NULL
        SET @TaskHub = 'default';
    -- 16 + 2 + 32 characters fill the column exactly; the hash keeps long names apart.
    IF LEN(@TaskHub) > 50
        SET @TaskHub = LEFT(@TaskHub, 16) + '__' + CONVERT(varchar(32), HASHBYTES('MD5', @TaskHub), 2);
    RETURN @TaskHub;
END
GO
-- Work at hand: instances with a due event, plus queued activities. Each table is counted by itself.
CREATE OR ALTER FUNCTION {{schema}}.GetScaleMetric()
    RETURNS int
    WITH EXECUTE AS CALLER
AS
BEGIN
    DECLARE @TaskHub varchar(50) = {{schema}}.CurrentTaskHub();
    DECLARE @Now datetime2(7) = SYSUTCDATETIME();
    DECLARE @Instances bigint, @Tasks bigint;

    SELECT @Instances = COUNT_BIG(*)
    FROM {{schema}}.Instances AS I WITH (NOLOCK)
    WHERE I.TaskHub = @TaskHub AND I.RuntimeStatus IN ('Pending', 'Running')
        AND EXISTS (
            SELECT 1 FROM {{schema}}.NewEvents AS E WITH (NOLOCK)
            WHERE E.TaskHub = @TaskHub AND E.InstanceID = I.InstanceID
                AND (E.VisibleTime IS NULL OR E.VisibleTime < @Now));

    SELECT @Tasks = COUNT_BIG(*)
    FROM {{schema}}.NewTasks AS T WITH (NOLOCK)
        INNER JOIN {{schema}}.Instances AS I WITH (NOLOCK) ON I.TaskHub = @TaskHub AND I.InstanceID = T.InstanceID
    WHERE T.TaskHub = @TaskHub AND I.RuntimeStatus IN ('Pending', 'Running');

    RETURN @Instances + @Tasks;
END
GO
-- Workers wanted for the work at hand, given what one worker runs at once. KEDA asks this; zero is an answer.
CREATE OR ALTER FUNCTION {{schema}}.GetScaleRecommendation(@MaxOrchestrationsPerWorker real, @MaxActivitiesPerWorker real)
    RETURNS int
    WITH EXECUTE AS CALLER
AS
BEGIN
    DECLARE @TaskHub varchar(50) = {{schema}}.CurrentTaskHub();
    DECLARE @Now datetime2(7) = SYSUTCDATETIME();
    DECLARE @Instances bigint, @Tasks bigint;

    SELECT @Instances = COUNT_BIG(*)
    FROM {{schema}}.Instances AS I WITH (NOLOCK)
    WHERE I.TaskHub = @TaskHub AND I.RuntimeStatus IN ('Pending', 'Running')
        AND EXISTS (
            SELECT 1 FROM {{schema}}.NewEvents AS E WITH (NOLOCK)
            WHERE E.TaskHub = @TaskHub AND E.InstanceID = I.InstanceID
                AND (E.VisibleTime IS NULL OR E.VisibleTime < @Now));

    SELECT @Tasks = COUNT_BIG(*)
    FROM {{schema}}.NewTasks AS T WITH (NOLOCK)
        INNER JOIN {{schema}}.Instances AS I WITH (NOLOCK) ON I.TaskHub = @TaskHub AND I.InstanceID = T.InstanceID
    WHERE T.TaskHub = @TaskHub AND I.RuntimeStatus IN ('Pending', 'Running');

    IF @MaxOrchestrationsPerWorker < 1
        SET @MaxOrchestrationsPerWorker = 1;
    IF @MaxActivitiesPerWorker < 1
        SET @MaxActivitiesPerWorker = 1;
    DECLARE @ForInstances int = CEILING(@Instances / @MaxOrchestrationsPerWorker);
    DECLARE @ForTasks int = CEILING(@Tasks / @MaxActivitiesPerWorker);
    RETURN @ForInstances + @ForTasks;
END
GO
