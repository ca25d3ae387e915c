import { spawn, type ChildProcess } from "node:child_process";
import { createRequire } from "node:module";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./free-port";
import { waitUntil } from "./wait-until";

/** The account that every emulator has; its key is public. */
const ACCOUNT = "devstoreaccount1";
const KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

/** Process ids of emulators that are to end with this process. */
const running = new Set<number>();

/** The storage emulator on ports of its own, in memory. Needs the package `azurite` where the tests are run. */
export class Azurite {
  readonly connectionString: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, { blob, queue, table }: AzuritePorts) {
    this.#child = child;
    const endpoint = (name: string, port: number): string => `${name}Endpoint=http://127.0.0.1:${port}/${ACCOUNT}`;
    const endpoints = [endpoint("Blob", blob), endpoint("Queue", queue), endpoint("Table", table)];
    this.connectionString = [
      "DefaultEndpointsProtocol=http",
      `AccountName=${ACCOUNT}`,
      `AccountKey=${KEY}`,
      ...endpoints,
    ].join(";");
  }

  /** Resolves when it listens. */
  static async start(given: Partial<AzuritePorts> = {}): Promise<Azurite> {
    const [blob, queue, table] = await Promise.all([
      given.blob ?? freePort(),
      given.queue ?? freePort(),
      given.table ?? freePort(),
    ]);
    const main = createRequire(join(process.cwd(), "package.json")).resolve("azurite/dist/src/azurite.js");
    const ports = ["--blobPort", blob, "--queuePort", queue, "--tablePort", table].map(String);
    const modes = ["--inMemoryPersistence", "--silent", "--skipApiVersionCheck", "--disableTelemetry"];
    const child = spawn(process.execPath, [main, ...ports, ...modes], { cwd: tmpdir(), stdio: "ignore" });
    if (child.pid !== undefined) running.add(child.pid);
    for (const port of [blob, queue, table]) await waitUntil(`Azurite on port ${port}`, () => accepts(port));
    return new Azurite(child, { blob, queue, table });
  }

  async stop(): Promise<void> {
    const { pid } = this.#child;
    if (pid === undefined || this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once("close", resolve));
    this.#child.kill("SIGKILL");
    await ended;
    running.delete(pid);
  }
}

/** Ports of the three services. */
export interface AzuritePorts {
  readonly blob: number;
  readonly queue: number;
  readonly table: number;
}

/** True when somebody listens on a port of this machine. */
async function accepts(port: number): Promise<true | undefined> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const settle = (found: true | undefined) => (): void => {
      socket.destroy();
      resolve(found);
    };
    socket.once("connect", settle(true)).once("error", settle(undefined));
  });
}

process.once("exit", () => {
  for (const pid of running) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has ended already.
    }
  }
});
