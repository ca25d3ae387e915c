import { createServer, type Server, type Socket } from "node:net";
import { ChaosLink, type LinkConditions } from "./chaos-link";
import type { Fault } from "./chaos-plan";

/** Where the connections of a proxy end. */
export interface ProxyTarget {
  readonly host: string;
  readonly port: number;
}

/**
 * A TCP proxy on this machine that disturbs connections when told to, for tests of what clients do about it. It forwards
 * bytes without knowing their meaning. `close` leaves no socket and no timer behind.
 */
export class ChaosProxy {
  readonly #server: Server;
  readonly #links = new Set<ChaosLink>();
  #conditions: LinkConditions = { stalled: false, delayMs: 0, answersLost: false };
  #refusing = false;

  private constructor(readonly target: ProxyTarget) {
    this.#server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (client) => this.#accept(client));
  }

  /** A proxy on a free port of 127.0.0.1 that forwards faithfully at first. */
  static async listen(target: ProxyTarget): Promise<ChaosProxy> {
    const proxy = new ChaosProxy(target);
    await new Promise<void>((resolve, reject) => {
      proxy.#server.once("error", reject);
      proxy.#server.listen(0, "127.0.0.1", resolve);
    });
    return proxy;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("The proxy is closed.");
    return address.port;
  }

  /** How many connections there are. */
  get connections(): number {
    return this.#links.size;
  }

  /** Resets connections, the oldest first; without a number all of them. Returns how many. */
  cut(most = Infinity): number {
    return this.#disturb(most, (link) => link.cut());
  }

  /** Tells clients that the server has nothing more to say, though it may; the oldest first. Returns how many. */
  halfClose(most = Infinity): number {
    return this.#disturb(most, (link) => link.halfClose());
  }

  /** Holds bytes back in both directions until `resume`. */
  stall(): void {
    this.#change({ stalled: true });
  }

  /** Lets every piece arrive this much later, in order; 0 ends it. */
  delay(milliseconds: number): void {
    this.#change({ delayMs: milliseconds });
  }

  /** Lets requests through and cuts at the answer: the client cannot know whether it was done. Until `resume`. */
  loseAnswers(): void {
    this.#change({ answersLost: true });
  }

  /** Resets new connections as soon as they are made; those there are stay. Until `resume`. */
  refuse(): void {
    this.#refusing = true;
  }

  /** Forwards faithfully again. */
  resume(): void {
    this.#refusing = false;
    this.#change({ stalled: false, delayMs: 0, answersLost: false });
  }

  /**
   * Commits faults one after the other until the plan or the signal ends, then forwards faithfully. Resolves to how many
   * faults of each kind there were.
   */
  async misbehave(plan: Iterable<Fault>, signal: AbortSignal): Promise<Readonly<Record<string, number>>> {
    const committed: Record<string, number> = {};
    for (const fault of plan) {
      await pause(fault.afterMs, signal);
      if (signal.aborted) break;
      committed[fault.kind] = (committed[fault.kind] ?? 0) + 1;
      this.#commit(fault);
      await pause(fault.forMs, signal);
      this.resume();
    }
    this.resume();
    return committed;
  }

  /** Ends all connections and listens no more. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    const links = [...this.#links];
    this.cut();
    await Promise.all([closed, ...links.map((link) => link.closed)]);
  }

  #commit(fault: Fault): void {
    switch (fault.kind) {
      case "cut":
        this.cut(fault.connections);
        break;
      case "halfClose":
        this.halfClose(fault.connections);
        break;
      case "stall":
        this.stall();
        break;
      case "delay":
        this.delay(fault.delayMs);
        break;
      case "loseAnswers":
        this.loseAnswers();
        break;
      case "refuse":
        this.refuse();
        this.cut(fault.connections);
    }
  }

  #accept(client: Socket): void {
    if (this.#refusing) {
      client.resetAndDestroy();
      return;
    }
    const link = new ChaosLink(client, this.target, () => this.#conditions);
    this.#links.add(link);
    void link.closed.then(() => this.#links.delete(link));
  }

  #disturb(most: number, disturb: (link: ChaosLink) => void): number {
    const links = [...this.#links].slice(0, most);
    links.forEach(disturb);
    return links.length;
  }

  #change(conditions: Partial<LinkConditions>): void {
    this.#conditions = { ...this.#conditions, ...conditions };
    for (const link of this.#links) link.adapt();
  }
}

/** Waits, but not longer than until the signal. */
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted || milliseconds <= 0) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", done);
  });
}
