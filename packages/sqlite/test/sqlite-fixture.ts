import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ManualClock, silentLogger, type ProviderFixture } from "@durable-host/testkit";
import { createSqliteProvider, type SqliteProvider, type SqliteProviderOptions } from "../src";

/** A directory of its own for a test file's stores; removed with everything in it by `remove`. */
export function aDirectory(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "durable-sqlite-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export interface SqliteFixture extends ProviderFixture {
  provider(): SqliteProvider;
  readonly clock: ManualClock;
  readonly file: string;
}

/** A started provider on a new file, with a clock that moves only when told to. */
export async function aSqliteFixture(options: Partial<SqliteProviderOptions> = {}): Promise<SqliteFixture> {
  const directory = aDirectory();
  const clock = new ManualClock();
  const lockDurationMs = 60_000;
  const create = () =>
    createSqliteProvider({ dataDir: directory.path, clock, logger: silentLogger, lockDurationMs, ...options });
  let provider = create();
  await provider.start();
  return {
    provider: () => provider,
    clock,
    file: provider.file,
    lockDurationMs,
    now: () => clock.now(),
    async pass(ms) {
      clock.advance(ms);
    },
    async restart() {
      await provider.stop();
      // What is in memory goes with its provider.
      if (options.file !== ":memory:") provider = create();
      await provider.start();
    },
    async dispose() {
      await provider.stop();
      directory.remove();
    },
  };
}
