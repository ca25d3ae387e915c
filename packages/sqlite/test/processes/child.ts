import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** A process that owns, or tries to own, a store. */
export class Owner {
  /** Every line it has said. */
  readonly lines: string[] = [];
  private readonly child: ChildProcess;
  private readonly ended: Promise<unknown>;
  private onLine = () => {};

  constructor(file: string, mode: "hold" | "work") {
    const register = join(__dirname, "register-typescript.js");
    const args = ["--conditions=source", "-r", register, join(__dirname, "owner.ts"), file, mode];
    this.child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
    const { stdout } = this.child;
    if (stdout === null) throw new Error("The child's output is a pipe.");
    const reader = createInterface(stdout);
    reader.on("line", (line) => {
      this.lines.push(line);
      this.onLine();
    });
    this.ended = Promise.all([once(this.child, "exit"), once(reader, "close")]);
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** Resolves when it has said this many lines, or has ended. */
  async said(count: number): Promise<void> {
    const enough = new Promise<void>((resolve) => {
      this.onLine = () => this.lines.length >= count && resolve();
      this.onLine();
    });
    await Promise.race([enough, this.ended]);
  }

  /** Ends it as a crash of the machine would, and resolves when all it said has been read. */
  async kill(): Promise<void> {
    this.child.kill("SIGKILL");
    await this.ended;
  }

  /** Resolves when it has ended by itself. */
  async end(): Promise<void> {
    await this.ended;
  }
}
