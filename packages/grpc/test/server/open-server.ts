import { credentials, Metadata, type CallOptions, type ChannelCredentials, type ServiceError } from "@grpc/grpc-js";
import { systemClock } from "@durable-host/engine";
import { silentLogger } from "@durable-host/testkit";
import { createGrpcServer, type GrpcServer, type GrpcServerOptions } from "../../src/server/create-grpc-server";
import { TaskHubSidecarServiceClient } from "../../src/server/service-definition";

/** A server on a free port, and clients of it that are closed with it. */
export class OpenServer {
  readonly port: number;
  readonly server: GrpcServer;
  readonly #clients: TaskHubSidecarServiceClient[] = [];

  private constructor(server: GrpcServer, port: number) {
    this.server = server;
    this.port = port;
  }

  static async start(options: Pick<GrpcServerOptions, "hubs"> & Partial<GrpcServerOptions>): Promise<OpenServer> {
    const server = createGrpcServer({ clock: systemClock, logger: silentLogger, ...options });
    return new OpenServer(server, await server.listen("localhost", 0));
  }

  client(channel: ChannelCredentials = credentials.createInsecure()): TaskHubSidecarServiceClient {
    const client = new TaskHubSidecarServiceClient(`localhost:${this.port}`, channel);
    this.#clients.push(client);
    return client;
  }

  async stop(): Promise<void> {
    for (const client of this.#clients) client.close();
    await this.server.close(100);
  }
}

type UnaryMethod<Request, Response> = (
  request: Request,
  metadata: Metadata,
  options: Partial<CallOptions>,
  callback: (error: ServiceError | null, response: Response) => void,
) => unknown;

/** Calls a method of a client; rejects with the ServiceError of the answer. */
export function ask<Request, Response>(
  client: TaskHubSidecarServiceClient,
  method: UnaryMethod<Request, Response>,
  request: Request,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return new Promise((resolve, reject) => {
    method.call(client, request, headersOf(headers), {}, (error, response) =>
      error ? reject(error) : resolve(response),
    );
  });
}

export function headersOf(headers: Readonly<Record<string, string>>): Metadata {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
  return metadata;
}
