-- Drops events that nobody will ever handle (the instance has ended, or they belong to an older execution) and unlocks.
CREATE OR ALTER PROCEDURE {{schema}}._DiscardEventsAndUnlockInstance
    @InstanceID varchar(100),
    @DeletedEvents {{schema}}.MessageIDs READONLY
AS
BEGIN
    SET NOCOUNT ON;
    SET XACT_ABORT ON;
    DECLARE @TaskHub varchar(50) = {{schema}}.CurrentTaskHub();
    DECLARE @Dropped TABLE (InstanceID varchar(100) NOT NULL, SequenceNumber bigint NOT NULL, PayloadID uniqueidentifier NULL);

    BEGIN TRANSACTION;
    UPDATE {{schema}}.Instances SET LastUpdatedTime = SYSUTCDATETIME(), LockExpiration = NULL
    WHERE TaskHub = @TaskHub AND InstanceID = @InstanceID;
    DELETE E
    OUTPUT DELETED.InstanceID, DELETED.SequenceNumber, DELETED.PayloadID
    INTO @Dropped (InstanceID, SequenceNumber, PayloadID)
    FROM {{schema}}.NewEvents AS E
        INNER JOIN @DeletedEvents AS D ON D.InstanceID = E.InstanceID AND D.SequenceNumber = E.SequenceNumber
    WHERE E.TaskHub = @TaskHub;
    -- No history row will ever name what these events carried.
    DELETE P
    FROM {{schema}}.Payloads AS P
        INNER JOIN @Dropped AS D ON D.InstanceID = P.InstanceID AND D.PayloadID = P.PayloadID
    WHERE P.TaskHub = @TaskHub;
    COMMIT TRANSACTION;

    SELECT InstanceID, SequenceNumber FROM @Dropped;
END
GO
