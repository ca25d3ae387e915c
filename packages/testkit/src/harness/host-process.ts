import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import { waitUntil, type WaitOptions } from "./wait-until";

/** The built command line, next to this package in the repository. */
const CLI = join(__dirname, "../../../cli/bin/durable-host.js");

/** How to start a host. */
export interface HostOptions {
  /** Folder of the Functions app. */
  readonly scriptRoot: string;
  /** Folder of the embedded store. */
  readonly dataDir: string;
  readonly port: number;
  /** App settings and other environment variables, on top of those of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** Further arguments of `durable-host start`. */
  readonly args?: readonly string[];
}

/** How a host ended. */
export interface HostExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Process groups that are to be gone when this process is; see `killAtExit`. */
const running = new Set<number>();

/** One run of the built `durable-host start` in a process group of its own, with everything it prints. */
export class HostProcess {
  readonly url: string;
  readonly exited: Promise<HostExit>;
  readonly #child: ChildProcess;
  #output = "";
  #exit: HostExit | undefined;

  constructor(readonly options: HostOptions) {
    this.url = `http://localhost:${options.port}`;
    const { scriptRoot, dataDir, port, args = [] } = options;
    const argv = [CLI, "start", "--port", String(port), "--data-dir", dataDir, "--script-root", scriptRoot, ...args];
    this.#child = spawn(process.execPath, argv, {
      cwd: scriptRoot,
      detached: true,
      env: environment(options.env),
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => (this.#output += text));
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => (this.#output += text));
    this.exited = new Promise((resolve, reject) => {
      this.#child.once("error", reject);
      this.#child.once("close", (code, signal) => {
        this.#exit = { code, signal };
        resolve(this.#exit);
      });
    });
    if (this.#child.pid !== undefined) running.add(this.#child.pid);
  }

  /** Standard output and standard error so far, as they came. */
  get output(): string {
    return this.#output;
  }

  get pid(): number {
    const { pid } = this.#child;
    if (pid === undefined) throw new Error("The host could not be started.");
    return pid;
  }

  /** Resolves when the host says it is running. Rejects with its output when it ends or takes too long. */
  async ready(timeoutMs = 20_000): Promise<void> {
    const look = async (): Promise<true | undefined> => {
      if (this.#exit !== undefined) throw new Error(`The host ended with code ${this.#exit.code}.`);
      return (await this.#isReady()) ? true : undefined;
    };
    try {
      await waitUntil("the host to run", look, { timeoutMs });
    } catch (error) {
      throw new Error(`The host did not become ready; it printed:\n${this.#output}`, { cause: error });
    }
  }

  /**
   * Resolves when the host has printed this. What it prints comes through a pipe of its own, and so may come after what it has
   * answered later. Rejects with its output when it takes too long.
   */
  async prints(wanted: string | RegExp, options?: WaitOptions): Promise<void> {
    const isPrinted = (): boolean =>
      typeof wanted === "string" ? this.#output.includes(wanted) : wanted.test(this.#output);
    await waitUntil(`${wanted} in the output`, () => isPrinted() || undefined, options).catch((error: unknown) => {
      throw new Error(`The host did not print ${wanted}; it printed:\n${this.#output}`, { cause: error });
    });
  }

  /** `kill -9` to the host process alone. Its app workers must end by themselves; rejects when one stays. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.exited;
    await this.#groupGone();
  }

  /** SIGTERM; resolves to how the host ended. Rejects when it or a worker is still there after the time. */
  async stop(timeoutMs = 15_000): Promise<HostExit> {
    this.#child.kill("SIGTERM");
    const exit = await waitUntil("the host to drain and end", () => this.#exit, { timeoutMs });
    await this.#groupGone();
    return exit;
  }

  /** Ends whatever is left, whatever happened before. Never rejects. */
  async dispose(): Promise<void> {
    killGroup(this.pid);
    await this.exited.catch(() => undefined);
    running.delete(this.pid);
  }

  async #isReady(): Promise<boolean> {
    try {
      const response = await fetch(`${this.url}/runtime/health/ready`, { signal: AbortSignal.timeout(2000) });
      await response.body?.cancel();
      return response.ok;
    } catch {
      return false;
    }
  }

  async #groupGone(): Promise<void> {
    await waitUntil("the app workers to end with their host", () => (groupExists(this.pid) ? undefined : true));
    running.delete(this.pid);
  }
}

function environment(settings: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _options, NODE_ENV: _mode, JEST_WORKER_ID: _worker, ...inherited } = process.env;
  return { ...inherited, ...settings };
}

function groupExists(pid: number): boolean {
  try {
    process.kill(-pid, 0);
    return true;
  } catch {
    return false;
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // Nobody is left in the group.
  }
}

process.once("exit", () => running.forEach(killGroup));
