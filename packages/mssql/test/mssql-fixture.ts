import { setTimeout as wait } from "node:timers/promises";
import { systemClock, type StorageProvider } from "@durable-host/engine";
import { silentLogger, type ProviderFixture } from "@durable-host/testkit";
import { createMssqlProvider, type MssqlProviderOptions } from "../src/mssql-provider";
import type { TestDatabase } from "./stand/test-database";

/** Locks of the tests last this long: short, because a database's clock cannot be moved by hand. */
const LOCK_MS = 2_000;
/** What a look for work, and a clock that ticks elsewhere, may add to a wait. */
const SLACK_MS = 250;

/** A started provider on an empty task hub in the database. */
export async function aMssqlFixture(
  database: TestDatabase,
  options: Partial<MssqlProviderOptions> = {},
): Promise<ProviderFixture> {
  const create = (): StorageProvider =>
    createMssqlProvider({
      connect: () => database.connect(),
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
