import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { freePort } from "./free-port";
import { HostProcess } from "./host-process";
import type { HostExit, HostOptions } from "./host-process";
import { ManagementClient } from "./management-client";

/** How to start the host of a fixture; what is absent is chosen by the fixture. */
export type FixtureOptions = Partial<HostOptions> & Pick<HostOptions, "scriptRoot">;

/** How a host that was not expected to stay ended. */
export interface HostRun extends HostExit {
  readonly output: string;
}

/**
 * Everything a test starts or creates, so that `dispose` in an `afterEach` or `afterAll` leaves nothing behind, however
 * the test ended. Restarts keep port and data directory.
 */
export class HostFixture {
  readonly #hosts: HostProcess[] = [];
  readonly #directories: string[] = [];
  #port: number | undefined;
  #dataDir: string | undefined;

  /** A new directory that `dispose` deletes. */
  directory(): string {
    const directory = mkdtempSync(join(tmpdir(), "durable-host-"));
    this.#directories.push(directory);
    return directory;
  }

  /** A directory with these files (path → content), for example a small app. */
  directoryWith(files: Readonly<Record<string, string>>): string {
    const directory = this.directory();
    for (const [path, content] of Object.entries(files)) {
      const file = join(directory, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
    }
    return directory;
  }

  get dataDir(): string {
    return (this.#dataDir ??= this.directory());
  }

  async port(): Promise<number> {
    return (this.#port ??= await freePort());
  }

  /** Starts a host and resolves once it runs. */
  async start(options: FixtureOptions): Promise<HostProcess> {
    const host = await this.#spawn(options);
    try {
      await host.ready();
    } catch (error) {
      // One that is merely slow would answer for the next one on its port.
      await host.dispose();
      throw error;
    }
    return host;
  }

  /** Starts a host that is expected to end by itself; resolves to how it did and what it printed. */
  async run(options: FixtureOptions, timeoutMs = 20_000): Promise<HostRun> {
    const host = await this.#spawn(options);
    const timeout = setTimeout(() => void host.dispose(), timeoutMs);
    const exit = await host.exited;
    clearTimeout(timeout);
    return { ...exit, output: host.output };
  }

  /** A client for the fixture's port. */
  async client(): Promise<ManagementClient> {
    return new ManagementClient(`http://localhost:${await this.port()}`);
  }

  async dispose(): Promise<void> {
    await Promise.all(this.#hosts.splice(0).map((host) => host.dispose()));
    for (const directory of this.#directories.splice(0)) rmSync(directory, { recursive: true, force: true });
    this.#port = undefined;
    this.#dataDir = undefined;
  }

  async #spawn(options: FixtureOptions): Promise<HostProcess> {
    const port = options.port ?? (await this.port());
    const host = new HostProcess({ ...options, port, dataDir: options.dataDir ?? this.dataDir });
    this.#hosts.push(host);
    return host;
  }
}
