-- Deletes instances with all that belongs to them; returns how many. With @AnyStatus = 0 only those that are in one of
-- @Statuses now, and that no start is waiting for.
CREATE OR ALTER PROCEDURE {{schema}}_host.PurgeInstances
    @TaskHub varchar(50),
    @InstanceIDs {{schema}}_host.Texts READONLY,
    @AnyStatus bit,
    @Statuses {{schema}}_host.Texts READONLY
AS
BEGIN
    SET NOCOUNT ON;
    SET XACT_ABORT ON;
    DECLARE @wanted TABLE (InstanceID varchar(100) NOT NULL PRIMARY KEY);
    DECLARE @present TABLE (InstanceID varchar(100) NOT NULL PRIMARY KEY, RuntimeStatus varchar(20) NOT NULL);
    DECLARE @gone TABLE (InstanceID varchar(100) NOT NULL PRIMARY KEY);

    INSERT INTO @wanted (InstanceID) SELECT DISTINCT CAST(D.[Text] AS varchar(100)) FROM @InstanceIDs AS D;

    BEGIN TRANSACTION;

    -- Locked first, in the order in which commits lock. What follows sees what those waited for have saved; the same
    -- statement might not, on a server with row versions.
    INSERT INTO @present (InstanceID, RuntimeStatus)
    SELECT I.InstanceID, I.RuntimeStatus
    FROM @wanted AS W
        INNER LOOP JOIN {{schema}}.Instances AS I WITH (UPDLOCK, ROWLOCK)
            ON I.TaskHub = @TaskHub AND I.InstanceID = W.InstanceID
    ORDER BY W.InstanceID;

    INSERT INTO @gone (InstanceID)
    SELECT H.InstanceID
    FROM @present AS H
    WHERE @AnyStatus = 1 OR (
        H.RuntimeStatus IN (SELECT S.[Text] FROM @Statuses AS S)
        AND NOT EXISTS (
            SELECT 1 FROM {{schema}}.NewEvents AS E
            WHERE E.TaskHub = @TaskHub AND E.InstanceID = H.InstanceID AND E.EventType = 'ExecutionStarted'
                AND (E.VisibleTime IS NULL OR E.VisibleTime < '9999-12-31T23:59:59.9999999')
        ));

    DELETE X FROM {{schema}}.Instances AS X INNER JOIN @gone AS D ON D.InstanceID = X.InstanceID WHERE X.TaskHub = @TaskHub;
    DELETE X FROM {{schema}}.NewEvents AS X INNER JOIN @gone AS D ON D.InstanceID = X.InstanceID WHERE X.TaskHub = @TaskHub;
    DELETE X FROM {{schema}}.NewTasks AS X INNER JOIN @gone AS D ON D.InstanceID = X.InstanceID WHERE X.TaskHub = @TaskHub;
    DELETE X FROM {{schema}}.History AS X INNER JOIN @gone AS D ON D.InstanceID = X.InstanceID WHERE X.TaskHub = @TaskHub;
    DELETE X FROM {{schema}}.Payloads AS X INNER JOIN @gone AS D ON D.InstanceID = X.InstanceID WHERE X.TaskHub = @TaskHub;

    COMMIT TRANSACTION;
    SELECT COUNT(*) AS Deleted FROM @gone;
END
GO
