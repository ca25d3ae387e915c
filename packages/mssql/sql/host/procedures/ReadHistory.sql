-- The events of the newest execution, in order. Result sets: the instance; the events; where an event of Microsoft's provider
-- does not name the child it started, the children by the id of that event.
CREATE OR ALTER PROCEDURE {{schema}}_host.ReadHistory
    @TaskHub varchar(50),
    @InstanceID varchar(100)
AS
BEGIN
    SET NOCOUNT ON;
    SELECT I.InstanceID, I.ExecutionID, I.[Version], I.ParentInstanceID, I.Tags
    FROM {{schema}}.Instances AS I
    WHERE I.TaskHub = @TaskHub AND I.InstanceID = @InstanceID;

    -- The instance stays locked while its history is read: a commit in between might replace it.
    SELECT H.SequenceNumber, H.ExecutionID, H.EventType, H.[Name], H.RuntimeStatus, H.TaskID, H.[Timestamp],
        H.IsPlayed, H.VisibleTime, H.TraceContext, P.[Text] AS PayloadText, P.Reason, P.HostData
    FROM {{schema}}.Instances AS I WITH (REPEATABLEREAD)
        INNER JOIN {{schema}}.History AS H WITH (READCOMMITTEDLOCK)
            ON H.TaskHub = I.TaskHub AND H.InstanceID = I.InstanceID AND H.ExecutionID = I.ExecutionID
        LEFT JOIN {{schema}}.Payloads AS P WITH (READCOMMITTEDLOCK)
            ON P.TaskHub = H.TaskHub AND P.InstanceID = H.InstanceID AND P.PayloadID = H.DataPayloadID
    WHERE I.TaskHub = @TaskHub AND I.InstanceID = @InstanceID
    ORDER BY H.SequenceNumber;

    IF EXISTS (
        SELECT 1
        FROM {{schema}}.History AS H
            LEFT JOIN {{schema}}.Payloads AS P
                ON P.TaskHub = H.TaskHub AND P.InstanceID = H.InstanceID AND P.PayloadID = H.DataPayloadID
        WHERE H.TaskHub = @TaskHub AND H.InstanceID = @InstanceID
            AND H.EventType = 'SubOrchestrationInstanceCreated' AND P.HostData IS NULL
    )
        SELECT S.TaskID, C.InstanceID
        FROM {{schema}}.Instances AS C
            INNER JOIN {{schema}}.History AS S
                ON S.TaskHub = C.TaskHub AND S.InstanceID = C.InstanceID AND S.ExecutionID = C.ExecutionID
        WHERE C.TaskHub = @TaskHub AND C.ParentInstanceID = @InstanceID
            AND S.EventType = 'ExecutionStarted' AND S.TaskID IS NOT NULL
        UNION
        SELECT E.TaskID, C.InstanceID
        FROM {{schema}}.Instances AS C
            INNER JOIN {{schema}}.NewEvents AS E ON E.TaskHub = C.TaskHub AND E.InstanceID = C.InstanceID
        WHERE C.TaskHub = @TaskHub AND C.ParentInstanceID = @InstanceID
            AND E.EventType = 'ExecutionStarted' AND E.TaskID IS NOT NULL;
END
GO
