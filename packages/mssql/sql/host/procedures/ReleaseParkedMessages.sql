-- Has parked messages of a task hub, or of one instance of it, handed out again: after an update that can read them.
-- Answers how many.
CREATE OR ALTER PROCEDURE {{schema}}_host.ReleaseParkedMessages
    @TaskHub varchar(50),
    @InstanceID varchar(100) = NULL
AS
BEGIN
    SET NOCOUNT ON;
    UPDATE {{schema}}.NewEvents
    SET VisibleTime = NULL
    WHERE TaskHub = @TaskHub AND VisibleTime = '9999-12-31T23:59:59.9999999'
        AND (@InstanceID IS NULL OR InstanceID = @InstanceID);
    SELECT @@ROWCOUNT AS Released;
END
GO
