export {
  createSqliteProvider,
  type FlushMode,
  type SqliteProvider,
  type SqliteProviderOptions,
} from "./sqlite-provider";
