import { fork, type ChildProcess } from "node:child_process";
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { connect } from "node:net";
import { join, relative } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "@durable-host/engine";

const AZURITE = "azurite/dist/src/azurite.js";
const ENTRY = join(__dirname, "emulator-process.js");
/** Machines at their limits take seconds to load it. */
const LONGEST_START_MS = 30_000;
const LOOK_MS = 50;

/** Ports of the emulator: those of `UseDevelopmentStorage=true`, which cannot be chosen. */
export interface EmulatorPorts {
  readonly blob: number;
  readonly queue: number;
  readonly table: number;
}

export interface StorageEmulatorOptions {
  /** Folder of the app: the emulator is one of its packages. */
  readonly appRoot: string;
  /** Where it keeps what is stored. */
  readonly folder: string;
  readonly logger: Logger;
  readonly ports?: EmulatorPorts;
}

const PORTS: EmulatorPorts = { blob: 10_000, queue: 10_001, table: 10_002 };

/**
 * The storage emulator of this machine. It is started when it is needed and nobody else has started one, in a process that ends
 * with this one. For development only: nothing of it is loaded before.
 */
export class StorageEmulator {
  readonly #options: StorageEmulatorOptions;
  readonly #ports: EmulatorPorts;
  #ready: Promise<void> | undefined;
  #child: ChildProcess | undefined;
  #isStopping = false;

  constructor(options: StorageEmulatorOptions) {
    this.#options = options;
    this.#ports = options.ports ?? PORTS;
  }

  /** Resolves when it listens, or it is known that it will not; that is logged, and never an error. */
  readonly ready = (): Promise<void> => (this.#ready ??= this.#start());

  /** Ends it, if this host has started it; it saves what it has first. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    const child = this.#child;
    if (child === undefined || !isRunning(child)) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    if (child.connected) child.disconnect();
    await ended;
  }

  async #start(): Promise<void> {
    const { logger, appRoot, folder } = this.#options;
    if (this.#isStopping || (await this.#listeningPorts()) > 0) return;
    const main = findAzurite(appRoot);
    if (main === undefined) {
      logger.warn(
        `Nothing listens at ${this.#addresses()} (UseDevelopmentStorage=true), and the app has no Azurite that could be started: "npm install --save-dev azurite" adds it. What needs it waits for it; everything else works.`,
      );
      return;
    }
    mkdirSync(folder, { recursive: true });
    const startedAt = performance.now();
    this.#child = this.#fork(main);
    if (!(await this.#listens(this.#child))) return;
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    logger.info(
      `Started Azurite, the storage emulator, in ${seconds} s for UseDevelopmentStorage=true; it keeps its data in ${shownPath(folder)}.`,
    );
  }

  /** In a process group of its own: Ctrl+C in a terminal is for the host, which needs it until all is done. */
  #fork(main: string): ChildProcess {
    const { blob, queue, table } = this.#ports;
    const ports = ["--blobPort", blob, "--queuePort", queue, "--tablePort", table].map(String);
    const modes = ["--silent", "--skipApiVersionCheck", "--disableTelemetry"];
    const child = fork(ENTRY, [main, "--location", this.#options.folder, ...ports, ...modes], {
      cwd: this.#options.folder,
      detached: true,
      execArgv: [],
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    let complaint = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => (complaint = `${complaint}${text}`.slice(-1000)));
    child.once("error", (error) => (complaint = error.message));
    child.once("exit", (code) => {
      if (this.#isStopping) return;
      // Of hosts that start at the same time, one has the ports.
      void this.#listeningPorts().then((count) => {
        if (count > 0) return;
        this.#options.logger.warn(
          `Azurite, the storage emulator, has ended with code ${code}: ${complaint.trim() || "it gave no reason"}`,
        );
      });
    });
    return child;
  }

  async #listens(child: ChildProcess): Promise<boolean> {
    const deadline = performance.now() + LONGEST_START_MS;
    while (isRunning(child) && !this.#isStopping && performance.now() < deadline) {
      if ((await this.#listeningPorts()) === Object.keys(this.#ports).length) return true;
      await delay(LOOK_MS);
    }
    return false;
  }

  async #listeningPorts(): Promise<number> {
    const found = await Promise.all(Object.values(this.#ports).map(accepts));
    return found.filter(Boolean).length;
  }

  #addresses(): string {
    return `127.0.0.1:${this.#ports.blob}-${this.#ports.table}`;
  }
}

function isRunning({ exitCode, signalCode, pid }: ChildProcess): boolean {
  return pid !== undefined && exitCode === null && signalCode === null;
}

/** Relative where it is below the current folder. */
function shownPath(folder: string): string {
  const path = relative(process.cwd(), folder);
  return path.startsWith("..") ? folder : path;
}

/** The app's own. */
function findAzurite(appRoot: string): string | undefined {
  try {
    return createRequire(join(appRoot, "package.json")).resolve(AZURITE);
  } catch {
    return undefined;
  }
}

/** Tells whether somebody listens on a port of this machine. */
function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const settle = (found: boolean) => (): void => {
      socket.destroy();
      resolve(found);
    };
    socket.once("connect", settle(true)).once("error", settle(false));
  });
}
