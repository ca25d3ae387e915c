-- The events of the newest execution, in order.
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
END
GO
