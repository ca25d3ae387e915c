-- Messages that are not to be handed out before a time; without one they are parked, and never are by themselves.
CREATE TYPE {{schema}}_host.PostponedMessages AS TABLE (
    SequenceNumber bigint NOT NULL,
    VisibleTime datetime2(7) NULL
)
GO
