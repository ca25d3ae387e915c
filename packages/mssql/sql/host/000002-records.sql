-- Small texts that the hosts of a task hub share (schedules of timers, keys). The version tells a writer whether the
-- record is still what it has read.
CREATE TABLE {{schema}}_host.Records (
    TaskHub varchar(50) NOT NULL,
    RecordKey varchar(200) NOT NULL,
    [Value] nvarchar(max) NOT NULL,
    [Version] bigint NOT NULL,
    CONSTRAINT PK_Records PRIMARY KEY (TaskHub, RecordKey)
)
GO
