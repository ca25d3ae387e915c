-- The last call of each line of calls that must take effect once, if ever so often repeated. A process has as many lines as
-- it has such calls under way at the same time; the calls of a line come one after the other and are numbered.
CREATE TABLE {{schema}}_host.Callers (
    TaskHub varchar(50) NOT NULL,
    Caller varchar(100) NOT NULL,
    LastCall bigint NOT NULL,
    CalledTime datetime2(7) NOT NULL,
    CONSTRAINT PK_Callers PRIMARY KEY (TaskHub, Caller)
)
GO
