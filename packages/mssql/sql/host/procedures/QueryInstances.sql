-- A page of instances in order of creation, then id. @AfterCreatedTime and @AfterInstanceID name the last one seen.
-- @IdPattern is a LIKE pattern with \ as escape character; @Tags are fragments of the stored JSON, each of which must occur.
CREATE OR ALTER PROCEDURE {{schema}}_host.QueryInstances
    @TaskHub varchar(50),
    @Top int,
    @Entities bit = NULL,
    @CreatedFrom datetime2(7) = NULL,
    @CreatedTo datetime2(7) = NULL,
    @LastUpdatedFrom datetime2(7) = NULL,
    @LastUpdatedTo datetime2(7) = NULL,
    @IdPattern varchar(400) = NULL,
    @Name varchar(300) = NULL,
    @CustomStatus nvarchar(max) = NULL,
    @AfterCreatedTime datetime2(7) = NULL,
    @AfterInstanceID varchar(100) = NULL,
    @AnyStatus bit,
    @Statuses {{schema}}_host.Texts READONLY,
    @Tags {{schema}}_host.Texts READONLY
AS
BEGIN
    SET NOCOUNT ON;
    -- A range of the index on CreatedTime, whichever of the limits are given. Texts become nvarchar before their collation
    -- is changed: in a code page of the collation's they would lose characters.
    DECLARE @from datetime2(7) = COALESCE(@CreatedFrom, '0001-01-01');
    DECLARE @to datetime2(7) = COALESCE(@CreatedTo, '9999-12-31T23:59:59.9999999');
    IF @AfterCreatedTime > @from
        SET @from = @AfterCreatedTime;
    SELECT TOP (@Top) I.InstanceID, I.ExecutionID, I.[Name], I.[Version], I.RuntimeStatus, I.CreatedTime,
        CONVERT(varchar(33), I.CreatedTime, 126) AS CreatedText,
        I.LastUpdatedTime, I.CompletedTime, I.ParentInstanceID, I.Tags,
        PI.[Text] AS InputText, PI.HostData AS InputHostData,
        PO.[Text] AS OutputText, PO.Reason AS OutputReason, PO.HostData AS OutputHostData,
        PC.[Text] AS CustomStatusText, PC.HostData AS CustomStatusHostData
    FROM {{schema}}.Instances AS I
        LEFT JOIN {{schema}}.Payloads AS PI
            ON PI.TaskHub = I.TaskHub AND PI.InstanceID = I.InstanceID AND PI.PayloadID = I.InputPayloadID
        LEFT JOIN {{schema}}.Payloads AS PO
            ON PO.TaskHub = I.TaskHub AND PO.InstanceID = I.InstanceID AND PO.PayloadID = I.OutputPayloadID
        LEFT JOIN {{schema}}.Payloads AS PC
            ON PC.TaskHub = I.TaskHub AND PC.InstanceID = I.InstanceID AND PC.PayloadID = I.CustomStatusPayloadID
    WHERE I.TaskHub = @TaskHub
        AND (@Entities IS NULL
            OR (@Entities = 1 AND I.InstanceID LIKE '@%') OR (@Entities = 0 AND I.InstanceID NOT LIKE '@%'))
        AND (@AnyStatus = 1 OR I.RuntimeStatus IN (SELECT S.[Text] FROM @Statuses AS S))
        AND I.CreatedTime >= @from AND I.CreatedTime <= @to
        AND (@LastUpdatedFrom IS NULL OR I.LastUpdatedTime >= @LastUpdatedFrom)
        AND (@LastUpdatedTo IS NULL OR I.LastUpdatedTime <= @LastUpdatedTo)
        AND (@IdPattern IS NULL OR I.InstanceID LIKE @IdPattern ESCAPE '\')
        AND (@Name IS NULL OR LOWER(I.[Name]) = LOWER(@Name))
        AND (@CustomStatus IS NULL OR CHARINDEX(
            @CustomStatus COLLATE Latin1_General_100_BIN2,
            CAST(PC.[Text] AS nvarchar(max)) COLLATE Latin1_General_100_BIN2) > 0)
        AND NOT EXISTS (
            SELECT 1 FROM @Tags AS T
            WHERE CHARINDEX(
                T.[Text] COLLATE Latin1_General_100_BIN2,
                CAST(COALESCE(I.Tags, '') AS nvarchar(max)) COLLATE Latin1_General_100_BIN2) = 0
        )
        AND (@AfterCreatedTime IS NULL OR I.CreatedTime > @AfterCreatedTime
            OR (I.CreatedTime = @AfterCreatedTime AND I.InstanceID > @AfterInstanceID))
    ORDER BY I.CreatedTime, I.InstanceID;
END
GO
