import type { BodyStreams } from "../wire/body-streams";
import type { Connection } from "../wire/connection";
import type { IncomingBody } from "../wire/incoming-body";
import type { HostMessage, HttpCall, WorkerMessage } from "../wire/messages";
import type { HttpReply } from "./http-result";
import { toError } from "./system-error";
import { toWireError } from "./wire-error";

/** The body of a request as its function gets it: all of it, or piece by piece. */
export type RequestBody = Uint8Array | IncomingBody | undefined;

/** HTTP calls of the host: their requests' bodies, and their responses on the way back. */
export class HttpCalls {
  readonly #connection: Connection<WorkerMessage, HostMessage>;
  readonly #bodies: BodyStreams;
  readonly #running = new Set<number>();
  /** Calls whose client is gone: their response has nowhere to go. */
  readonly #abandoned = new Set<number>();

  constructor(connection: Connection<WorkerMessage, HostMessage>, bodies: BodyStreams) {
    this.#connection = connection;
    this.#bodies = bodies;
  }

  /** Answers a call with what `respond` makes of its body, or fails with. Resolves when all of the response is sent. */
  async run(id: number, call: HttpCall, respond: (body: RequestBody) => Promise<HttpReply>): Promise<void> {
    this.#running.add(id);
    const incoming = call.body === "none" ? undefined : this.#bodies.receive(id);
    try {
      const reply = await respond(call.body === "whole" ? await wholeBody(incoming) : incoming);
      await this.#sendReply(id, call.function, reply);
    } catch (error) {
      this.#connection.send({ type: "failed", id, error: toWireError(error) });
    } finally {
      // What the function has not read of the request by now, it will not read: its sender need not wait.
      await incoming?.return();
      this.#running.delete(id);
      this.#abandoned.delete(id);
    }
  }

  /** The client has gone: nobody sends the request's body or reads the response's any more. */
  abandon(id: number): void {
    if (this.#running.has(id)) this.#abandoned.add(id);
    this.#bodies.failIncoming(id, new Error("The client has closed the connection."));
    this.#bodies.cancelOutgoing(id);
  }

  async #sendReply(id: number, functionName: string, { status, headers, body }: HttpReply): Promise<void> {
    if (body === undefined) {
      this.#connection.send({ type: "done", id, answer: { status, headers, body: "none" } });
    } else if (typeof body === "string" || body instanceof Uint8Array) {
      this.#connection.send({ type: "done", id, answer: { status, headers, body: "whole" } });
      this.#bodies.sendWhole(id, typeof body === "string" ? Buffer.from(body) : body);
    } else {
      this.#connection.send({ type: "done", id, answer: { status, headers, body: "stream" } });
      if (this.#abandoned.has(id)) await body[Symbol.asyncIterator]().return?.();
      else await this.#sendStream(id, functionName, body);
    }
  }

  /** The head is out, so that a failing source can only cut the response short; the log says why. */
  async #sendStream(id: number, functionName: string, body: AsyncIterable<Uint8Array>): Promise<void> {
    try {
      await this.#bodies.send(id, body);
    } catch (error) {
      const { message, stack } = toError(error);
      const text = `The response of function "${functionName}" ended early: ${stack ?? message}`;
      this.#connection.send({ type: "log", level: "error", category: "Worker.node", message: text });
    }
  }
}

/** The one chunk of a body that came with its request. */
async function wholeBody(incoming: IncomingBody | undefined): Promise<Uint8Array | undefined> {
  const chunk = await incoming?.next();
  return chunk === undefined || chunk.done === true ? undefined : chunk.value;
}
