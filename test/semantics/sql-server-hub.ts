import { systemClock } from "@durable-host/engine";
import { silentLogger } from "@durable-host/testkit";
import { createMssqlProvider, type MssqlProviderOptions } from "@durable-host/mssql";
import type { TestDatabase } from "../../packages/mssql/test/stand/test-database";
import type { HubSettings } from "./in-process-hub";

/** The task hub's name in the database. */
export const HUB = "semantics";

/** Settings of a hub that is kept in a database; hubs with the same database share their instances. */
export function onSqlServer(database: TestDatabase, options: Partial<MssqlProviderOptions> = {}): HubSettings {
  return {
    store: () =>
      createMssqlProvider({
        connect: () => database.connect(),
        prepare: async () => ({ isUtf8: !database.isBabelfish }),
        hubName: HUB,
        clock: systemClock,
        logger: silentLogger,
        longestPollMs: 500,
        ...options,
      }),
  };
}
