-- One instance, or no row. An execution id, if given, must be the current one.
CREATE OR ALTER PROCEDURE {{schema}}.QuerySingleOrchestration
    @InstanceID varchar(100),
    @ExecutionID varchar(50) = NULL,
    @FetchInput bit = 1,
    @FetchOutput bit = 1
AS
BEGIN
    SET NOCOUNT ON;
    DECLARE @TaskHub varchar(50) = {{schema}}.CurrentTaskHub();

    SELECT
        I.InstanceID, I.ExecutionID, I.[Name], I.[Version], I.CreatedTime, I.LastUpdatedTime, I.CompletedTime,
        I.RuntimeStatus, I.ParentInstanceID,
        CustomStatus.[Text] AS CustomStatusText,
        Input.[Text] AS InputText,
        Outcome.[Text] AS OutputText,
        I.TraceContext, I.Tags
    FROM {{schema}}.Instances AS I
        LEFT OUTER JOIN {{schema}}.Payloads AS CustomStatus
            ON CustomStatus.TaskHub = @TaskHub AND CustomStatus.InstanceID = I.InstanceID
                AND CustomStatus.PayloadID = I.CustomStatusPayloadID
        LEFT OUTER JOIN {{schema}}.Payloads AS Input
            ON @FetchInput = 1 AND Input.TaskHub = @TaskHub AND Input.InstanceID = I.InstanceID
                AND Input.PayloadID = I.InputPayloadID
        LEFT OUTER JOIN {{schema}}.Payloads AS Outcome
            ON @FetchOutput = 1 AND Outcome.TaskHub = @TaskHub AND Outcome.InstanceID = I.InstanceID
                AND Outcome.PayloadID = I.OutputPayloadID
    WHERE I.TaskHub = @TaskHub AND I.InstanceID = @InstanceID
        AND (@ExecutionID IS NULL OR I.ExecutionID = @ExecutionID);
END
GO
