@rem durable-host func-shim
@node "%~dp0..\bin\func.js" %*
