import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { chownSync, readFileSync, realpathSync } from "node:fs";
import { join, resolve } from "node:path";
import { waitUntil, type HostExit } from "@durable-host/testkit";
import type { ImageConfiguration } from "./dockerfile";

const REPOSITORY = resolve(__dirname, "../../..");
const SCRIPT = join(__dirname, "image-tree.sh");
/** The commands of the script, and the copy of Node.js that it shows in the tree. */
const PATH = "/run:/usr/sbin:/usr/bin:/sbin:/bin";

const isRoot = process.getuid?.() === 0;
/** `--kill-child` ends the script with its parent. What it turns into changes its user and is no longer bound to that. */
const NAMESPACES = [
  ...(isRoot ? [] : ["--map-root-user"]),
  ...["--mount", "--pid", "--fork", "--kill-child", "--propagation", "private"],
];

/** Why a file tree cannot be put together here; `undefined` where it can. */
export function whyNoTree(): string | undefined {
  const tried = spawnSync("unshare", [...NAMESPACES, "mount", "-t", "tmpfs", "none", "/mnt"], { encoding: "utf8" });
  return tried.status === 0 ? undefined : (tried.error?.message ?? tried.stderr.trim());
}

export interface ContainerOptions {
  readonly image: ImageConfiguration;
  /** An empty folder for the tree. */
  readonly root: string;
  /** What is mounted as the volume. */
  readonly volume: string;
  readonly env: Readonly<Record<string, string>>;
}

/** A container without an engine: the image's command in the image's file tree, as its user, in a namespace of its own. */
export class ContainerProcess {
  readonly exited: Promise<HostExit>;
  readonly #child: ChildProcess;
  #output = "";
  #exit: HostExit | undefined;
  #inner: number | undefined;

  constructor({ image, root, volume, env }: ContainerOptions) {
    const [uid = ""] = image.user.split(":");
    if (isRoot) chownSync(volume, Number(uid), Number(uid));
    const node = realpathSync(process.execPath);
    const tree = [SCRIPT, isRoot ? "change" : "map", root, REPOSITORY, node, volume, image.workingDirectory, uid];
    this.#child = spawn("unshare", [...NAMESPACES, "sh", ...tree, ...image.command], {
      env: { ...image.environment, PATH, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => (this.#output += text));
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => (this.#output += text));
    this.exited = new Promise((settle, reject) => {
      this.#child.once("error", reject);
      this.#child.once("close", (code, signal) => settle((this.#exit = { code, signal })));
    });
  }

  get output(): string {
    return this.#output;
  }

  /** Process 1 of the container, by its number outside. Known once the container is ready. */
  get pid(): number {
    if (this.#inner === undefined) throw new Error(`The container has no process:\n${this.#output}`);
    return this.#inner;
  }

  /** Resolves when the readiness probe says so; rejects with the output when the process ends before. */
  async ready(port: number): Promise<void> {
    await waitUntil("the container to be ready", async () => {
      if (this.#exit !== undefined) throw new Error(`The container ended with ${this.#exit.code}:\n${this.#output}`);
      this.#inner ??= firstChild(this.#child.pid);
      const answer = await fetch(`http://127.0.0.1:${port}/runtime/health/ready`).catch(() => undefined);
      await answer?.body?.cancel();
      return answer?.ok ? true : undefined;
    });
  }

  /** Sends the image's stop signal to process 1, as an engine does. */
  stop(signal: string): Promise<HostExit> {
    process.kill(this.pid, signal as NodeJS.Signals);
    return this.exited;
  }

  /** Ends whatever is left, whatever happened before. Never rejects. */
  async dispose(): Promise<void> {
    this.#child.kill("SIGKILL");
    if (this.#exit === undefined) killAll(this.#inner);
    await this.exited.catch(() => undefined);
  }
}

function firstChild(pid = 0): number | undefined {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
  return children === "" ? undefined : Number(children);
}

/** The end of process 1 is the end of all in its namespace. */
function killAll(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}
