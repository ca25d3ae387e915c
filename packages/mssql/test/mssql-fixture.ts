import { setTimeout as wait } from "node:timers/promises";
import { systemClock, type StorageProvider } from "@durable-host/engine";
import { silentLogger, type Capability, type ProviderFixture } from "@durable-host/testkit";
import type { SqlClient } from "../src/connection/sql-client";
import { createMssqlProvider } from "../src/mssql-provider";
import type { MssqlProviderOptions } from "../src/open-store";
import type { TestDatabase } from "./stand/test-database";

/** Locks of the tests last this long: short, because a database's clock cannot be moved by hand. */
const LOCK_MS = 4_000;
/** What a look for work, and a clock that ticks elsewhere, may add to a wait. */
const SLACK_MS = 250;

/** A client that whoever it is given to cannot close. */
export function shared(client: SqlClient): SqlClient {
  return { ...bound(client), close: async () => undefined };
}

/** The calls of a client, without the object they belong to. */
function bound(client: SqlClient): SqlClient {
  return {
    call: (...args) => client.call(...args),
    query: (...args) => client.query(...args),
    batch: (...args) => client.batch(...args),
    transaction: (work) => client.transaction(work),
    close: () => client.close(),
  };
}

/** A started provider on an empty task hub in the database. */
export async function aMssqlFixture(
  database: TestDatabase,
  options: Partial<MssqlProviderOptions> = {},
  lacks: readonly Capability[] = [],
): Promise<ProviderFixture> {
  const create = (): StorageProvider =>
    createMssqlProvider({
      // One client for all tests: a new connection compiles every procedure anew.
      connect: () => shared(database.client),
      prepare: async () => ({ isUtf8: !database.isBabelfish }),
      hubName: "contract",
      clock: systemClock,
      logger: silentLogger,
      lockDurationMs: LOCK_MS,
      longestPollMs: 200,
      ...options,
    });
  let provider = create();
  await provider.start();
  return {
    provider: () => provider,
    lockDurationMs: LOCK_MS,
    lacks,
    now: () => Date.now(),
    pass: async (ms) => {
      await wait(ms + SLACK_MS);
    },
    async restart() {
      await provider.stop();
      provider = create();
      await provider.start();
    },
    async dispose() {
      await provider.stop();
      await database.empty();
    },
  };
}
