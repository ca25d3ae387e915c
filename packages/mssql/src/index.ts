export { createMssqlProvider, type MssqlProviderOptions } from "./mssql-provider";
