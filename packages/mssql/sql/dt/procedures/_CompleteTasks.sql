-- Ends activities and hands their results to the executions that wait for them; a result whose execution has ended or
-- been replaced is dropped. 50002: an activity is gone, so another worker has completed it; nothing happens then.
CREATE OR ALTER PROCEDURE {{schema}}._CompleteTasks
    @CompletedTasks {{schema}}.MessageIDs READONLY,
    @Results {{schema}}.TaskEvents READONLY
AS
BEGIN
    SET NOCOUNT ON;
    SET XACT_ABORT ON;
    DECLARE @TaskHub varchar(50) = {{schema}}.CurrentTaskHub();
    DECLARE @Deleted TABLE (
        SequenceNumber bigint NOT NULL, InstanceID varchar(100) NOT NULL, ExecutionID varchar(50) NULL,
        PayloadID uniqueidentifier NULL);
    DECLARE @Waiting TABLE (InstanceID varchar(100) NOT NULL, ExecutionID varchar(50) NOT NULL);

    BEGIN TRANSACTION;
    -- The rows stay as they are until the commit, yet other results for the same instances need not wait.
    INSERT INTO @Waiting (InstanceID, ExecutionID)
    SELECT I.InstanceID, I.ExecutionID
    FROM {{schema}}.Instances AS I WITH (REPEATABLEREAD, ROWLOCK)
    WHERE I.TaskHub = @TaskHub AND I.RuntimeStatus IN ('Running', 'Suspended')
        AND I.InstanceID IN (SELECT InstanceID FROM @Results);

    DELETE T
    OUTPUT DELETED.SequenceNumber, DELETED.InstanceID, DELETED.ExecutionID, DELETED.PayloadID
    INTO @Deleted (SequenceNumber, InstanceID, ExecutionID, PayloadID)
    FROM {{schema}}.NewTasks AS T
        INNER JOIN @CompletedTasks AS C ON C.SequenceNumber = T.SequenceNumber
    WHERE T.TaskHub = @TaskHub;
    IF (SELECT COUNT(*) FROM @Deleted) <> (SELECT COUNT(*) FROM @CompletedTasks)
    BEGIN
        ROLLBACK TRANSACTION;
        THROW 50002, 'The activity has been completed by another worker; this result is dropped.', 1;
    END

    INSERT INTO {{schema}}.Payloads (TaskHub, InstanceID, PayloadID, [Text], Reason)
    SELECT @TaskHub, R.InstanceID, R.PayloadID, R.PayloadText, R.Reason
    FROM @Results AS R
        INNER JOIN @Waiting AS W ON W.InstanceID = R.InstanceID AND W.ExecutionID = R.ExecutionID
    WHERE R.PayloadID IS NOT NULL;
    INSERT INTO {{schema}}.NewEvents
        (TaskHub, InstanceID, ExecutionID, [Name], EventType, TaskID, VisibleTime, PayloadID)
    SELECT @TaskHub, R.InstanceID, R.ExecutionID, R.[Name], R.EventType, R.TaskID, R.VisibleTime, R.PayloadID
    FROM @Results AS R
        INNER JOIN @Waiting AS W ON W.InstanceID = R.InstanceID AND W.ExecutionID = R.ExecutionID;

    -- History shares the input of an activity; where the generation is gone, nothing does any more.
    DELETE P
    FROM {{schema}}.Payloads AS P
        INNER JOIN @Deleted AS D ON D.InstanceID = P.InstanceID AND D.PayloadID = P.PayloadID
    WHERE P.TaskHub = @TaskHub
        AND NOT EXISTS (SELECT 1 FROM @Waiting AS W WHERE W.InstanceID = D.InstanceID AND W.ExecutionID = D.ExecutionID)
        AND NOT EXISTS (
            SELECT 1 FROM {{schema}}.History AS H
            WHERE H.TaskHub = @TaskHub AND H.InstanceID = D.InstanceID AND H.DataPayloadID = D.PayloadID);
    COMMIT TRANSACTION;

    SELECT SequenceNumber FROM @Deleted;
END
GO
