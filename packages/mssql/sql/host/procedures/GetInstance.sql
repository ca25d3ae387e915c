-- The newest execution of an instance, with its texts.
CREATE OR ALTER PROCEDURE {{schema}}_host.GetInstance
    @TaskHub varchar(50),
    @InstanceID varchar(100)
AS
BEGIN
    SET NOCOUNT ON;
    -- The instance stays locked while its texts are read: a commit in between would replace them. All is read under locks,
    -- for row versions of the texts would be older than the instance.
    SELECT I.InstanceID, I.ExecutionID, I.[Name], I.[Version], I.RuntimeStatus, I.CreatedTime, I.LastUpdatedTime,
        I.CompletedTime, I.ParentInstanceID, I.Tags,
        PI.[Text] AS InputText, PI.HostData AS InputHostData,
        PO.[Text] AS OutputText, PO.Reason AS OutputReason, PO.HostData AS OutputHostData,
        PC.[Text] AS CustomStatusText, PC.HostData AS CustomStatusHostData
    FROM {{schema}}.Instances AS I WITH (REPEATABLEREAD)
        LEFT JOIN {{schema}}.Payloads AS PI WITH (READCOMMITTEDLOCK)
            ON PI.TaskHub = I.TaskHub AND PI.InstanceID = I.InstanceID AND PI.PayloadID = I.InputPayloadID
        LEFT JOIN {{schema}}.Payloads AS PO WITH (READCOMMITTEDLOCK)
            ON PO.TaskHub = I.TaskHub AND PO.InstanceID = I.InstanceID AND PO.PayloadID = I.OutputPayloadID
        LEFT JOIN {{schema}}.Payloads AS PC WITH (READCOMMITTEDLOCK)
            ON PC.TaskHub = I.TaskHub AND PC.InstanceID = I.InstanceID AND PC.PayloadID = I.CustomStatusPayloadID
    WHERE I.TaskHub = @TaskHub AND I.InstanceID = @InstanceID;
END
GO
