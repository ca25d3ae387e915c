-- The history of an instance in order. Parent, version and tags are the instance's, in the caller's task hub only.
CREATE OR ALTER PROCEDURE {{schema}}.GetInstanceHistory
    @InstanceID varchar(100),
    @GetInputsAndOutputs bit = 0
AS
BEGIN
    SET NOCOUNT ON;
    DECLARE @TaskHub varchar(50) = {{schema}}.CurrentTaskHub();

    SELECT
        H.InstanceID, H.ExecutionID, H.SequenceNumber, H.EventType, H.[Name], H.RuntimeStatus, H.TaskID,
        H.[Timestamp], H.IsPlayed, H.VisibleTime,
        P.Reason,
        CASE WHEN @GetInputsAndOutputs = 0 THEN NULL ELSE P.[Text] END AS PayloadText,
        P.PayloadID,
        I.ParentInstanceID, I.[Version], H.TraceContext, I.Tags
    FROM {{schema}}.History AS H
        LEFT OUTER JOIN {{schema}}.Instances AS I ON I.TaskHub = @TaskHub AND I.InstanceID = H.InstanceID
        LEFT OUTER JOIN {{schema}}.Payloads AS P
            ON P.TaskHub = @TaskHub AND P.InstanceID = H.InstanceID AND P.PayloadID = H.DataPayloadID
    WHERE H.TaskHub = @TaskHub AND H.InstanceID = @InstanceID
    ORDER BY H.SequenceNumber;
END
GO
