-- Lets messages of a locked instance wait for their time, or parks them: they stay with their instance, beyond the end of
-- time, until it is purged or ReleaseParkedMessages is called. Does nothing if the lock is lost.
CREATE OR ALTER PROCEDURE {{schema}}_host.PostponeMessages
    @TaskHub varchar(50),
    @InstanceID varchar(100),
    @Token varchar(100),
    @Messages {{schema}}_host.PostponedMessages READONLY
AS
BEGIN
    SET NOCOUNT ON;
    SET XACT_ABORT ON;
    BEGIN TRANSACTION;
    IF EXISTS (
        SELECT 1 FROM {{schema}}.Instances AS I WITH (UPDLOCK, ROWLOCK)
        WHERE I.TaskHub = @TaskHub AND I.InstanceID = @InstanceID AND I.LockedBy = @Token
    )
        UPDATE E
        SET VisibleTime = COALESCE(M.VisibleTime, '9999-12-31T23:59:59.9999999')
        FROM {{schema}}.NewEvents AS E
            INNER JOIN @Messages AS M ON M.SequenceNumber = E.SequenceNumber
        WHERE E.TaskHub = @TaskHub AND E.InstanceID = @InstanceID;
    COMMIT TRANSACTION;
END
GO
