-- Messages that no host could read: how many in each task hub, and the oldest hundred of them.
CREATE OR ALTER PROCEDURE {{schema}}_host.GetParkedMessages
AS
BEGIN
    SET NOCOUNT ON;
    SELECT E.TaskHub, COUNT(*) AS Messages
    FROM {{schema}}.NewEvents AS E
    WHERE E.VisibleTime = '9999-12-31T23:59:59.9999999'
    GROUP BY E.TaskHub
    ORDER BY E.TaskHub;

    SELECT TOP (100) E.TaskHub, E.InstanceID, E.SequenceNumber, E.EventType, E.[Timestamp]
    FROM {{schema}}.NewEvents AS E
    WHERE E.VisibleTime = '9999-12-31T23:59:59.9999999'
    ORDER BY E.SequenceNumber;
END
GO
