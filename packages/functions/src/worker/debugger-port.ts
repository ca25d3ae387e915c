import inspector from "node:inspector";
import { createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { InspectOptions } from "../wire/messages";

/** How long the process that has the port so far gets to let go of it; one that a debugger holds still cannot. */
const PATIENCE_MS = 3000;
const PAUSE_MS = 20;

/** The port at which a debugger finds this process. It can be given to another process and taken back. */
export class DebuggerPort {
  /** Changes with each call, so that one that waits for the port notices that it is no longer wanted. */
  #wish = 0;

  /**
   * Opens the port as soon as nobody else has it. Resolves to false when that takes too long, or `close` comes before.
   * With mode `wait` or `break` it returns only once a debugger has attached.
   */
  async open({ host, port, mode }: InspectOptions): Promise<boolean> {
    const wish = ++this.#wish;
    const deadline = performance.now() + PATIENCE_MS;
    while (!(await isFree(host, port))) {
      if (performance.now() > deadline) return false;
      await delay(PAUSE_MS);
      if (wish !== this.#wish) return false;
    }
    if (wish !== this.#wish) return false;
    inspector.open(port, host);
    if (inspector.url() === undefined) return false;
    if (mode !== "run") inspector.waitForDebugger();
    // oxlint-disable-next-line no-debugger -- what `--inspect-brk` is for: the next thing to run is the app
    if (mode === "break") debugger;
    return true;
  }

  /** Ends the debugger's session, if there is one, and frees the port. */
  close(): void {
    this.#wish++;
    if (inspector.url() !== undefined) inspector.close();
  }
}

/** Asked first, because Node.js complains to the terminal about a port that is taken. */
function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, host, () => probe.close(() => resolve(true)));
  });
}
