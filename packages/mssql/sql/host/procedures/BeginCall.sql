-- Called first in the transaction of a call that must take effect once. Returns 1 when the call has taken effect before: the
-- answer to it was lost, or it was long on its way. What is rolled back has not been called.
-- A line has one row that is written in place, so a call costs no more than that, and nothing piles up.
CREATE OR ALTER PROCEDURE {{schema}}_host.BeginCall
    @TaskHub varchar(50),
    @Caller varchar(100),
    @Call bigint
AS
BEGIN
    SET NOCOUNT ON;
    DECLARE @now datetime2(7) = SYSUTCDATETIME();
    UPDATE {{schema}}_host.Callers
    SET LastCall = @Call, CalledTime = @now
    WHERE TaskHub = @TaskHub AND Caller = @Caller AND LastCall < @Call;
    IF @@ROWCOUNT = 1
        RETURN 0;
    IF EXISTS (SELECT 1 FROM {{schema}}_host.Callers WHERE TaskHub = @TaskHub AND Caller = @Caller)
        RETURN 1;
    INSERT INTO {{schema}}_host.Callers (TaskHub, Caller, LastCall, CalledTime) VALUES (@TaskHub, @Caller, @Call, @now);
    -- Lines of processes that were killed: once for each process, by its first line, as it reads all lines there are. No call
    -- is repeated for as long.
    IF RIGHT(@Caller, 2) = '/0'
        DELETE FROM {{schema}}_host.Callers WITH (ROWLOCK, READPAST)
        WHERE TaskHub = @TaskHub AND CalledTime < DATEADD(day, -1, @now);
    RETURN 0;
END
GO
