-- The work of _RewindInstance. Failed children are found level by level, so that no depth of nesting is too deep.
-- What failed becomes a GenericEvent in history (the activity and its failure, the failure of a child, the end), and a
-- GenericEvent with the reason wakes each instance.
CREATE OR ALTER PROCEDURE {{schema}}._RewindInstanceRecursive
    @InstanceID varchar(100),
    @Reason varchar(max) = NULL
AS
BEGIN
    SET NOCOUNT ON;
    SET XACT_ABORT ON;
    DECLARE @TaskHub varchar(50) = {{schema}}.CurrentTaskHub();
    DECLARE @Status varchar(20);
    DECLARE @Message nvarchar(2048);
    DECLARE @Level int = 0;
    DECLARE @Found int = 1;
    DECLARE @Rewound TABLE (
        InstanceID varchar(100) NOT NULL PRIMARY KEY, ExecutionID varchar(50) NOT NULL, [Level] int NOT NULL,
        PayloadID uniqueidentifier NOT NULL);
    DECLARE @Failed TABLE (
        InstanceID varchar(100) NOT NULL, ExecutionID varchar(50) NOT NULL, SequenceNumber bigint NOT NULL,
        EventType varchar(40) NOT NULL, TaskID int NULL, PayloadID uniqueidentifier NULL);

    BEGIN TRANSACTION;
    SET @Status = (
        SELECT RuntimeStatus FROM {{schema}}.Instances WITH (UPDLOCK, ROWLOCK)
        WHERE TaskHub = @TaskHub AND InstanceID = @InstanceID);
    IF @Status IS NULL
    BEGIN
        ROLLBACK TRANSACTION;
        THROW 50000, 'The instance cannot be rewound: it does not exist.', 1;
    END
    IF @Status <> 'Failed'
    BEGIN
        ROLLBACK TRANSACTION;
        SET @Message = CONCAT(N'The instance ''', @InstanceID, N''' cannot be rewound: it is ', @Status, N', not Failed.');
        THROW 50001, @Message, 1;
    END

    INSERT INTO @Rewound (InstanceID, ExecutionID, [Level], PayloadID)
    SELECT InstanceID, ExecutionID, 0, NEWID()
    FROM {{schema}}.Instances WHERE TaskHub = @TaskHub AND InstanceID = @InstanceID;
    WHILE @Found > 0
    BEGIN
        INSERT INTO @Failed (InstanceID, ExecutionID, SequenceNumber, EventType, TaskID, PayloadID)
        SELECT H.InstanceID, H.ExecutionID, H.SequenceNumber, H.EventType, H.TaskID, H.DataPayloadID
        FROM {{schema}}.History AS H
            INNER JOIN @Rewound AS R ON R.InstanceID = H.InstanceID AND R.ExecutionID = H.ExecutionID
        WHERE H.TaskHub = @TaskHub AND R.[Level] = @Level
            AND (H.EventType IN ('TaskFailed', 'SubOrchestrationInstanceFailed')
                OR H.RuntimeStatus = 'Failed'
                OR (H.EventType = 'TaskScheduled' AND EXISTS (
                    SELECT 1 FROM {{schema}}.History AS F
                    WHERE F.TaskHub = @TaskHub AND F.InstanceID = H.InstanceID AND F.ExecutionID = H.ExecutionID
                        AND F.EventType = 'TaskFailed' AND F.TaskID = H.TaskID)));

        INSERT INTO @Rewound (InstanceID, ExecutionID, [Level], PayloadID)
        SELECT C.InstanceID, C.ExecutionID, @Level + 1, NEWID()
        FROM {{schema}}.Instances AS C WITH (UPDLOCK, ROWLOCK)
        WHERE C.TaskHub = @TaskHub AND C.RuntimeStatus = 'Failed'
            AND NOT EXISTS (SELECT 1 FROM @Rewound AS Known WHERE Known.InstanceID = C.InstanceID)
            AND EXISTS (
                SELECT 1
                FROM @Rewound AS R
                    INNER JOIN @Failed AS F ON F.InstanceID = R.InstanceID
                    INNER JOIN {{schema}}.History AS S
                        ON S.TaskHub = @TaskHub AND S.InstanceID = C.InstanceID AND S.ExecutionID = C.ExecutionID
                            AND S.EventType = 'ExecutionStarted' AND S.TaskID = F.TaskID
                WHERE R.[Level] = @Level AND R.InstanceID = C.ParentInstanceID
                    AND F.EventType = 'SubOrchestrationInstanceFailed');
        SET @Found = @@ROWCOUNT;
        SET @Level = @Level + 1;
    END

    UPDATE P
    SET Reason = CONCAT('Rewound: ', F.EventType)
    FROM {{schema}}.Payloads AS P
        INNER JOIN @Failed AS F ON F.InstanceID = P.InstanceID AND F.PayloadID = P.PayloadID
    WHERE P.TaskHub = @TaskHub AND F.EventType = 'TaskScheduled';
    UPDATE H
    SET EventType = 'GenericEvent'
    FROM {{schema}}.History AS H
        INNER JOIN @Failed AS F
            ON F.InstanceID = H.InstanceID AND F.ExecutionID = H.ExecutionID AND F.SequenceNumber = H.SequenceNumber
    WHERE H.TaskHub = @TaskHub;

    INSERT INTO {{schema}}.Payloads (TaskHub, InstanceID, PayloadID, [Text])
    SELECT @TaskHub, InstanceID, PayloadID, @Reason FROM @Rewound;
    INSERT INTO {{schema}}.NewEvents (TaskHub, InstanceID, ExecutionID, EventType, PayloadID)
    SELECT @TaskHub, InstanceID, ExecutionID, 'GenericEvent', PayloadID FROM @Rewound;
    UPDATE {{schema}}.Instances
    SET RuntimeStatus = 'Pending', LastUpdatedTime = SYSUTCDATETIME()
    WHERE TaskHub = @TaskHub AND InstanceID IN (SELECT InstanceID FROM @Rewound);
    COMMIT TRANSACTION;
END
GO
