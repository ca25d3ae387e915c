-- Hosts wanted for the work at hand of one task hub, given what one host runs at once: as the contract's function, but of the
-- hub that is named, whoever asks. KEDA asks this; zero is an answer.
CREATE OR ALTER FUNCTION {{schema}}_host.GetScaleRecommendation(
    @TaskHub varchar(50),
    @MaxOrchestrationsPerWorker real,
    @MaxActivitiesPerWorker real
)
    RETURNS int
AS
BEGIN
    DECLARE @now datetime2(7) = SYSUTCDATETIME();
    DECLARE @instances bigint, @tasks bigint, @forInstances int, @forTasks int;

    -- From the messages: there may be many instances that wait for nothing.
    SELECT @instances = COUNT_BIG(DISTINCT E.InstanceID)
    FROM {{schema}}.NewEvents AS E WITH (NOLOCK)
        INNER JOIN {{schema}}.Instances AS I WITH (NOLOCK) ON I.TaskHub = E.TaskHub AND I.InstanceID = E.InstanceID
    WHERE E.TaskHub = @TaskHub AND (E.VisibleTime IS NULL OR E.VisibleTime <= @now)
        AND I.RuntimeStatus IN ('Pending', 'Running');

    SELECT @tasks = COUNT_BIG(*)
    FROM {{schema}}.NewTasks AS T WITH (NOLOCK)
        INNER JOIN {{schema}}.Instances AS I WITH (NOLOCK) ON I.TaskHub = T.TaskHub AND I.InstanceID = T.InstanceID
    WHERE T.TaskHub = @TaskHub AND I.RuntimeStatus IN ('Pending', 'Running');

    IF @MaxOrchestrationsPerWorker < 1
        SET @MaxOrchestrationsPerWorker = 1;
    IF @MaxActivitiesPerWorker < 1
        SET @MaxActivitiesPerWorker = 1;
    SET @forInstances = CEILING(@instances / @MaxOrchestrationsPerWorker);
    SET @forTasks = CEILING(@tasks / @MaxActivitiesPerWorker);
    RETURN @forInstances + @forTasks;
END
GO
