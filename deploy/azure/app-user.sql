-- The app's identity may run the runtime's procedures and read no table. After "durable-host storage init".
IF USER_ID(N'$(APP_USER)') IS NULL
    CREATE USER [$(APP_USER)] FROM EXTERNAL PROVIDER;
ALTER ROLE dt_runtime ADD MEMBER [$(APP_USER)];
