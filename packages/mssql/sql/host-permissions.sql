-- The same role may call everything of our schema: its procedures take the task hub and check the lock themselves.
GRANT EXECUTE ON SCHEMA::{{schema}}_host TO {{schema}}_runtime;
GO
