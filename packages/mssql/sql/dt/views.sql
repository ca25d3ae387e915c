-- For people and monitors: the instances of the caller's task hub, texts included.
CREATE OR ALTER VIEW {{schema}}.vInstances
AS
    SELECT
        I.TaskHub, I.InstanceID, I.ExecutionID, I.[Name], I.[Version],
        I.CreatedTime, I.LastUpdatedTime, I.CompletedTime, I.RuntimeStatus, I.TraceContext,
        CustomStatus.[Text] AS CustomStatusText,
        Input.[Text] AS InputText,
        Outcome.[Text] AS OutputText,
        I.ParentInstanceID
    FROM {{schema}}.Instances AS I
        LEFT OUTER JOIN {{schema}}.Payloads AS CustomStatus
            ON CustomStatus.TaskHub = I.TaskHub AND CustomStatus.InstanceID = I.InstanceID
                AND CustomStatus.PayloadID = I.CustomStatusPayloadID
        LEFT OUTER JOIN {{schema}}.Payloads AS Input
            ON Input.TaskHub = I.TaskHub AND Input.InstanceID = I.InstanceID AND Input.PayloadID = I.InputPayloadID
        LEFT OUTER JOIN {{schema}}.Payloads AS Outcome
            ON Outcome.TaskHub = I.TaskHub AND Outcome.InstanceID = I.InstanceID
                AND Outcome.PayloadID = I.OutputPayloadID
    WHERE I.TaskHub = {{schema}}.CurrentTaskHub();
GO
CREATE OR ALTER VIEW {{schema}}.vHistory
AS
    SELECT
        H.TaskHub, H.InstanceID, H.ExecutionID, H.SequenceNumber, H.EventType, H.TaskID, H.[Timestamp], H.IsPlayed,
        H.[Name], H.RuntimeStatus, H.VisibleTime, H.TraceContext,
        P.[Text] AS Payload
    FROM {{schema}}.History AS H
        LEFT OUTER JOIN {{schema}}.Payloads AS P
            ON P.TaskHub = H.TaskHub AND P.InstanceID = H.InstanceID AND P.PayloadID = H.DataPayloadID
    WHERE H.TaskHub = {{schema}}.CurrentTaskHub();
GO
