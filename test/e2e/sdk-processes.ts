import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { Metadata } from "@grpc/grpc-js";
import { NoOpLogger, TaskHubGrpcClient } from "@microsoft/durabletask-js";
import { freePort, waitUntil } from "@durable-host/testkit";

const CLI = join(__dirname, "../../packages/cli/bin/durable-host.js");
const WORKER = join(__dirname, "apps/sdk-worker/worker.js");

/** A process that a test starts and kills. */
export class TestProcess {
  readonly #child: ChildProcess;
  output = "";

  constructor(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const { NODE_OPTIONS: _options, ...inherited } = process.env;
    this.#child = spawn(process.execPath, args, { env: { ...inherited, ...env }, stdio: ["ignore", "pipe", "pipe"] });
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => (this.output += text));
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => (this.output += text));
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Resolves to the exit code, which a killed process does not have. */
  async end(signal: "SIGTERM" | "SIGKILL"): Promise<number | null> {
    if (!this.hasEnded) {
      const ended = new Promise((resolve) => this.#child.once("close", resolve));
      this.#child.kill(signal);
      await ended;
    }
    return this.#child.exitCode;
  }
}

/** A scheduler on ports of its own, the workers and the clients of one test. */
export class SchedulerStand {
  readonly #dataDir: string;
  readonly #marks: string;
  readonly #processes: TestProcess[] = [];
  readonly #clients: TaskHubGrpcClient[] = [];
  port = 0;
  statusPort = 0;

  constructor(dataDir: string, marks: string) {
    this.#dataDir = dataDir;
    this.#marks = marks;
  }

  /** Again on the same ports and folder, once there was one. Resolves when it says that it is ready. */
  async startScheduler(...args: readonly string[]): Promise<TestProcess> {
    this.port ||= await freePort();
    this.statusPort ||= await freePort();
    const ports = ["--port", String(this.port), "--status-port", String(this.statusPort)];
    const scheduler = new TestProcess([CLI, "scheduler", ...ports, "--data-dir", this.#dataDir, ...args]);
    this.#processes.push(scheduler);
    await waitUntil("the scheduler to be ready", async () => {
      if (scheduler.hasEnded) throw new Error(`The scheduler has ended:\n${scheduler.output}`);
      return (await this.isReady()) || undefined;
    });
    return scheduler;
  }

  async isReady(): Promise<boolean> {
    const answer = await fetch(`http://localhost:${this.statusPort}/`).catch(() => undefined);
    await answer?.body?.cancel();
    return answer?.ok ?? false;
  }

  /** Resolves when it is connected. */
  async startWorker(taskHub = "default", port = this.port): Promise<TestProcess> {
    const worker = new TestProcess([WORKER, `localhost:${port}`, taskHub, this.#marks]);
    this.#processes.push(worker);
    await waitUntil("the worker to start", () => {
      if (worker.hasEnded) throw new Error(`The worker has ended:\n${worker.output}`);
      return worker.output.includes("working") || undefined;
    });
    return worker;
  }

  client(taskHub = "default", port = this.port): TaskHubGrpcClient {
    const client = new TaskHubGrpcClient({
      hostAddress: `localhost:${port}`,
      logger: new NoOpLogger(),
      metadataGenerator: async () => {
        const metadata = new Metadata();
        metadata.set("taskhub", taskHub);
        return metadata;
      },
    });
    this.#clients.push(client);
    return client;
  }

  async dispose(): Promise<void> {
    for (const client of this.#clients) await client.stop();
    await Promise.all(this.#processes.map((each) => each.end("SIGKILL")));
  }
}
