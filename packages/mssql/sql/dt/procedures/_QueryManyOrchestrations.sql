-- A page of instances, oldest first; equal times by id, so that pages neither repeat nor skip. The prefix is literal.
CREATE OR ALTER PROCEDURE {{schema}}._QueryManyOrchestrations
    @PageSize smallint = 100,
    @PageNumber int = 0,
    @FetchInput bit = 1,
    @FetchOutput bit = 1,
    @CreatedTimeFrom datetime2(7) = NULL,
    @CreatedTimeTo datetime2(7) = NULL,
    @RuntimeStatusFilter varchar(200) = NULL,
    @InstanceIDPrefix varchar(100) = NULL,
    @ExcludeSubOrchestrations bit = 0
AS
BEGIN
    SET NOCOUNT ON;
    DECLARE @TaskHub varchar(50) = {{schema}}.CurrentTaskHub();
    DECLARE @Pattern varchar(201) =
        REPLACE(REPLACE(REPLACE(REPLACE(@InstanceIDPrefix, '~', '~~'), '%', '~%'), '_', '~_'), '[', '~[') + '%';

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
    WHERE I.TaskHub = @TaskHub
        AND (@CreatedTimeFrom IS NULL OR I.CreatedTime >= @CreatedTimeFrom)
        AND (@CreatedTimeTo IS NULL OR I.CreatedTime <= @CreatedTimeTo)
        AND (@RuntimeStatusFilter IS NULL
            OR I.RuntimeStatus IN (SELECT [value] FROM STRING_SPLIT(@RuntimeStatusFilter, ',')))
        AND (@InstanceIDPrefix IS NULL OR I.InstanceID LIKE @Pattern ESCAPE '~')
        AND (@ExcludeSubOrchestrations = 0 OR I.ParentInstanceID IS NULL)
    ORDER BY I.CreatedTime, I.InstanceID
        OFFSET (@PageNumber * @PageSize) ROWS FETCH NEXT @PageSize ROWS ONLY;
END
GO
