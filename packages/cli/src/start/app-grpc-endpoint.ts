import { randomIds, type Logger, type StorageProvider, type TaskHub } from "@durable-host/engine";
import type { DurablePayloadCodec } from "@durable-host/functions";
import type { GrpcServer } from "@durable-host/grpc";
import { createHubServer, openHubWorkers } from "../scheduler/grpc-hub";

export interface AppGrpcEndpointOptions {
  readonly hubName: string;
  readonly taskHub: TaskHub;
  readonly provider: Pick<StorageProvider, "getInstance">;
  readonly logger: Logger;
}

/** What functions of `durable-functions` v4 are served with. */
export interface OpenGrpcEndpoint {
  readonly codec: DurablePayloadCodec;
  /** Where this machine finds it; the system has chosen the port. */
  readonly url: string;
}

/**
 * The gRPC of the app's own clients on `durable-functions` v4, as the port of the management API is that of v3 (gRPC contract
 * §16.3). Only this machine reaches it, so it asks nobody for a token; therefore its workers are not those of
 * `WorkerEndpoint`, and a program that connects to it as one gets no work. Nothing is loaded or opened before an app asks for
 * it: few do.
 */
export class AppGrpcEndpoint {
  readonly #options: AppGrpcEndpointOptions;
  #opening: Promise<OpenGrpcEndpoint & { readonly server: GrpcServer }> | undefined;

  constructor(options: AppGrpcEndpointOptions) {
    this.#options = options;
  }

  /** Opens it the first time, for all apps that come to be in the host. */
  readonly open = (): Promise<OpenGrpcEndpoint> => (this.#opening ??= this.#open());

  async close(graceMs: number): Promise<void> {
    const opened = await this.#opening?.catch(() => undefined);
    await opened?.server.close(graceMs);
  }

  async #open(): Promise<OpenGrpcEndpoint & { readonly server: GrpcServer }> {
    const { createFunctionPayloads } = await import("@durable-host/grpc");
    const { hubName: name, taskHub, provider, logger: root } = this.#options;
    const logger = root.child("Host.Grpc");
    const workers = await openHubWorkers(provider, logger);
    const server = await createHubServer({ name, taskHub, workers }, logger);
    const port = await server.listen("127.0.0.1", 0);
    return { server, codec: createFunctionPayloads(randomIds), url: `http://127.0.0.1:${port}/` };
  }
}
