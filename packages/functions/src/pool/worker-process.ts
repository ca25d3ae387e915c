import type { ChildProcess } from "node:child_process";
import type { Duplex } from "node:stream";
import { DurableHostError, type Cancellation, type Clock } from "@durable-host/engine";
import { BodyStreams } from "../wire/body-streams";
import { Connection } from "../wire/connection";
import type { IncomingBody } from "../wire/incoming-body";
import type {
  AppLoaded,
  Call,
  CallKind,
  Calls,
  Crashed,
  HostMessage,
  HttpCall,
  Init,
  InspectOptions,
  LoadFailed,
  LogEntry,
  WireError,
  WorkerMessage,
} from "../wire/messages";
import { PendingCalls, type DeliverOutputs } from "./pending-calls";
import { readOutput } from "./read-output";
import { startNode } from "./start-node";

export interface WorkerProcessOptions {
  readonly init: Init;
  /** Node flags (`languageWorkers__node__arguments`). */
  readonly nodeArguments: readonly string[];
  /** Limit per invocation in milliseconds; undefined: none. */
  readonly functionTimeoutMs?: number;
  readonly clock: Clock;
  onLog(entry: Omit<LogEntry, "type">): void;
  /** Told of files of the app that have been loaded; absent: nobody asks. */
  readonly onFiles?: ((files: readonly string[]) => void) | undefined;
}

/** What a call may come with beside its request. */
export interface CallOptions {
  /** Passed on to the code, where it can listen to it. */
  readonly cancellation?: Cancellation | undefined;
  /** Absent: what the function sets for output bindings goes nowhere. */
  readonly deliver?: DeliverOutputs | undefined;
}

/** How a worker process ended. */
export interface WorkerExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Set when an uncaught error ended it. */
  readonly crash?: WireError;
}

/** An HTTP response's head and, unless it is empty, its body. */
export interface HttpReply {
  readonly status: number;
  readonly headers: Calls["http"]["answer"]["headers"];
  readonly body?: Uint8Array | IncomingBody;
}

/** An HTTP request for a worker: head, and body if there is one. `Uint8Array` when all of it is there already. */
export interface HttpRequestToWorker {
  readonly call: Omit<HttpCall, "body">;
  readonly body: Uint8Array | AsyncIterable<Uint8Array> | undefined;
  readonly signal: AbortSignal;
  readonly deliver?: DeliverOutputs | undefined;
}

/** One app worker process, from its start to its end. It is never started again: the pool makes a new one. */
export class WorkerProcess {
  /** What loading the app came to; rejects with WORKER_LOST when the process ended before. */
  readonly loaded: Promise<AppLoaded | LoadFailed>;
  readonly exited: Promise<WorkerExit>;
  readonly #child: ChildProcess;
  readonly #connection: Connection<HostMessage, WorkerMessage>;
  readonly #bodies: BodyStreams;
  readonly #calls: PendingCalls;
  readonly #options: WorkerProcessOptions;
  #nextId = 1;
  #crash: WireError | undefined;
  #hasExited = false;
  #isTerminating = false;
  #onLoaded: ((report: AppLoaded | LoadFailed) => void) | undefined;

  constructor(options: WorkerProcessOptions) {
    this.#options = options;
    this.#child = startNode(options.init, options.nodeArguments);
    const [, , , pipe, lifePipe] = this.#child.stdio as unknown as readonly Duplex[];
    if (pipe === undefined) throw new Error("The app worker was started without its pipe.");
    lifePipe?.on("error", () => undefined);
    this.#connection = new Connection<HostMessage, WorkerMessage>(pipe, {
      onMessage: (message) => this.#onMessage(message),
      onChunk: (streamId, flags, bytes) => this.#bodies.onChunk(streamId, flags, bytes),
      // Without the pipe the worker ends by itself; it may only be unable to notice it.
      onClose: () => this.kill(),
    });
    this.#bodies = new BodyStreams(this.#connection);
    // The process has lost its mind or its app: a new one is the only way to stop the function that hangs.
    this.#calls = new PendingCalls(options.clock, options.functionTimeoutMs, () => this.kill());
    this.exited = this.#watchExit();
    this.loaded = new Promise((resolve, reject) => {
      this.#onLoaded = resolve;
      void this.exited.then((exit) => reject(this.#lost(exit, "loading the app")));
    });
    readOutput(this.#child, options.onLog);
    this.#connection.send(options.init);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get inFlight(): number {
    return this.#calls.size;
  }

  get hasExited(): boolean {
    return this.#hasExited;
  }

  /**
   * Runs something in the app. Rejects with what the app failed with, WORKER_LOST, the time limit's error, or OutputError.
   */
  call<K extends CallKind>(
    kind: K,
    functionName: string,
    request: Calls[K]["request"],
    options?: CallOptions,
  ): Promise<Calls[K]["answer"]> {
    const id = this.#nextId++;
    const answer = this.#begin<Calls[K]["answer"]>(id, functionName, options?.deliver);
    this.#sendCall({ type: "call", id, kind, request });
    options?.cancellation?.onCancel((reason) => this.#connection.send({ type: "cancel", id, reason }));
    return answer;
  }

  /** Runs an HTTP function, streaming both ways. After `signal` the response goes nowhere and its source is told. */
  async http({ call, body, signal, deliver }: HttpRequestToWorker): Promise<HttpReply> {
    signal.throwIfAborted();
    const id = this.#nextId++;
    const kind = body === undefined ? "none" : body instanceof Uint8Array ? "whole" : "stream";
    const pending = this.#begin<Calls["http"]["answer"]>(id, call.function, deliver);
    const incoming = this.#bodies.receive(id);
    this.#sendCall({ type: "call", id, kind: "http", request: { ...call, body: kind } });
    if (body instanceof Uint8Array) this.#bodies.sendWhole(id, body);
    // A client that stops sending half-way is told to the handler by the aborted body; there is nobody else to tell.
    else if (body !== undefined) this.#bodies.send(id, body).catch(() => undefined);
    const abandon = (): void => {
      this.#bodies.cancelOutgoing(id);
      this.#bodies.failIncoming(id, new Error("The client has closed the connection."));
      this.#connection.send({ type: "abandon", id });
    };
    signal.addEventListener("abort", abandon, { once: true });
    try {
      return await this.#httpReply(id, await pending, incoming);
    } catch (error) {
      signal.removeEventListener("abort", abandon);
      this.#bodies.failIncoming(id, new Error("The function has failed."));
      throw error;
    }
  }

  /** Tells the worker to drop what it keeps resident for an instance. */
  forget(instanceId: string): void {
    this.#connection.send({ type: "forget", instanceId });
  }

  /** Gives the debugger's port to this process, or takes it away. */
  inspect(options: InspectOptions | undefined): void {
    if (!this.#hasExited) this.#connection.send({ type: "debugger", options });
  }

  /**
   * Lets the app's appTerminate hooks run and the process end with code 0; kills it when that takes too long. Called again, it
   * may shorten the time.
   */
  async stop(graceMs: number): Promise<WorkerExit> {
    if (!this.#hasExited && !this.#isTerminating) this.#connection.send({ type: "terminate" });
    this.#isTerminating = true;
    const cancel = this.#options.clock.schedule(graceMs, () => this.kill());
    const exit = await this.exited;
    cancel();
    return exit;
  }

  /** Ends the process at once, also one that is caught in a loop. */
  kill(): void {
    if (!this.#hasExited) this.#child.kill("SIGKILL");
  }

  #begin<T>(id: number, functionName: string, deliver: DeliverOutputs | undefined): Promise<T> {
    const answer = this.#calls.add<T>(id, functionName, deliver);
    // Nothing would settle it any more.
    if (this.#hasExited)
      this.#calls.fail(id, new DurableHostError("WORKER_LOST", `The app worker (pid ${this.pid}) has ended.`));
    return answer;
  }

  #sendCall<K extends CallKind>(call: Call<K>): void {
    // The request belongs to the kind (the caller's types say so); a union over kinds cannot be inferred from K.
    this.#connection.send(call as HostMessage);
  }

  async #httpReply(id: number, answer: Calls["http"]["answer"], incoming: IncomingBody): Promise<HttpReply> {
    const { status, headers, body } = answer;
    if (body === "stream") return { status, headers, body: incoming };
    if (body === "none") {
      this.#bodies.dropIncoming(id);
      return { status, headers };
    }
    const { done, value } = await incoming.next();
    return { status, headers, body: done === true ? new Uint8Array(0) : value };
  }

  #onMessage(message: WorkerMessage): void {
    switch (message.type) {
      case "done":
        return this.#calls.settle(message.id, message.answer);
      case "failed":
        return this.#calls.fail(message.id, appError(message.error));
      case "log":
        return this.#options.onLog(message);
      case "bodyCredit":
        return this.#bodies.onCredit(message);
      case "bodyCancel":
        return this.#bodies.cancelOutgoing(message.stream);
      case "outputs":
        return this.#calls.deliver(message.id, message.values);
      case "files":
        return this.#options.onFiles?.(message.files);
      case "loaded":
      case "loadFailed":
        return this.#onLoaded?.(message);
      case "crashed":
        return this.#onCrashed(message);
    }
  }

  #onCrashed({ error }: Crashed): void {
    this.#crash = error;
    this.#options.onLog({
      level: "error",
      category: "Worker.node",
      message: `An uncaught error ends the app worker (pid ${this.pid}): ${error.stack ?? error.message}`,
    });
  }

  #watchExit(): Promise<WorkerExit> {
    return new Promise((resolve) => {
      const onExit = (code: number | null, signal: NodeJS.Signals | null): void => {
        this.#hasExited = true;
        const exit: WorkerExit = { code, signal, ...(this.#crash && { crash: this.#crash }) };
        const error = this.#lost(exit, "running the app");
        this.#calls.failAll((functionName) => this.#lost(exit, `running '${functionName}'`));
        this.#bodies.close(error);
        this.#connection.close();
        resolve(exit);
      };
      // "close" and not "exit": what the process wrote last, answers included, has then been read.
      this.#child.once("close", onExit);
      this.#child.once("error", (error) => {
        this.#crash = { message: error.message };
        if (this.#child.pid === undefined) onExit(null, null);
      });
    });
  }

  #lost({ code, signal, crash }: WorkerExit, doing: string): DurableHostError {
    const how = crash?.message ?? (signal === null ? `exit code ${code}` : `signal ${signal}`);
    return new DurableHostError("WORKER_LOST", `The app worker (pid ${this.pid}) ended while ${doing}: ${how}.`);
  }
}

function appError(error: WireError): Error {
  const result = new Error(error.message);
  if (error.stack !== undefined) result.stack = error.stack;
  return result;
}
