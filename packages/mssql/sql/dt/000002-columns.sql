-- Columns that a database set up by Microsoft's provider lacks: TraceContext (before 1.2), Tags (before 1.6), HostData.
IF COL_LENGTH(N'{{schema}}.Instances', N'TraceContext') IS NULL
    ALTER TABLE {{schema}}.Instances ADD TraceContext varchar(800) NULL;
GO
IF COL_LENGTH(N'{{schema}}.History', N'TraceContext') IS NULL
    ALTER TABLE {{schema}}.History ADD TraceContext varchar(800) NULL;
GO
IF COL_LENGTH(N'{{schema}}.NewEvents', N'TraceContext') IS NULL
    ALTER TABLE {{schema}}.NewEvents ADD TraceContext varchar(800) NULL;
GO
IF COL_LENGTH(N'{{schema}}.NewTasks', N'TraceContext') IS NULL
    ALTER TABLE {{schema}}.NewTasks ADD TraceContext varchar(800) NULL;
GO
IF COL_LENGTH(N'{{schema}}.Instances', N'Tags') IS NULL
    ALTER TABLE {{schema}}.Instances ADD Tags varchar(8000) NULL;
GO
IF COL_LENGTH(N'{{schema}}.NewTasks', N'Tags') IS NULL
    ALTER TABLE {{schema}}.NewTasks ADD Tags varchar(8000) NULL;
GO
IF COL_LENGTH(N'{{schema}}.Payloads', N'HostData') IS NULL
    ALTER TABLE {{schema}}.Payloads ADD HostData nvarchar(max) NULL;
GO
