import { Server, ServerCredentials, type ServerOptions } from "@grpc/grpc-js";
import type { Clock, Logger } from "@durable-host/engine";
import type { HubDirectory } from "../hubs";
import { allServices } from "../services/all-services";
import type { AccessCheck } from "./access/access-control";
import { Connections } from "./connections";
import { stoppingFailure } from "./serve-call";
import { TaskHubSidecarServiceService } from "./service-definition";

/** Certificate and key as PEM. */
export interface TlsOptions {
  readonly certificate: Buffer;
  readonly key: Buffer;
}

export interface GrpcServerOptions {
  readonly hubs: HubDirectory;
  readonly logger: Logger;
  readonly clock: Clock;
  /** A caller's bearer token has to pass one of them. Absent or empty: everybody is let in. */
  readonly checks?: readonly AccessCheck[];
  /** Absent: without encryption (h2c). */
  readonly tls?: TlsOptions;
}

export interface GrpcServer {
  /** Rejects with CONFIG_INVALID when the port cannot be used; port 0: the system chooses. Resolves to the port. */
  listen(address: string, port: number): Promise<number>;
  /**
   * Ends streams and waits with UNAVAILABLE, on which SDKs connect again; other calls that are under way get `graceMs` to be
   * answered. The dispatchers of the hubs have been stopped before: what is with workers has been answered or given back.
   */
  close(graceMs: number): Promise<void>;
}

/** Largest message that is taken. SDKs split what is larger than 4 MB, or keep it elsewhere, but need not (contract §1.4). */
const MAX_MESSAGE_BYTES = 128 * 1024 * 1024;

const SERVER_OPTIONS: ServerOptions = {
  "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
  "grpc.max_send_message_length": -1,
  // Finds workers whose machine has gone without a word.
  "grpc.keepalive_time_ms": 30_000,
  "grpc.keepalive_timeout_ms": 20_000,
};

/** The Durable Task Scheduler protocol over gRPC for the hubs of a directory. */
export function createGrpcServer(options: GrpcServerOptions): GrpcServer {
  const stopping = new AbortController();
  const server = new Server(SERVER_OPTIONS);
  const injector = server.createConnectionInjector(credentials(options.tls));
  const connections = new Connections((socket) => injector.injectConnection(socket));
  const serving = { checks: [], ...options, stopping: stopping.signal };
  server.addService(TaskHubSidecarServiceService, allServices(serving, connections));
  return {
    listen: (address, port) => connections.listen(address, port),
    async close(graceMs) {
      connections.close();
      stopping.abort(stoppingFailure());
      for (const hub of options.hubs.open()) hub.workers.close();
      injector.drain(graceMs);
      await connections.ended(graceMs);
      server.forceShutdown();
    },
  };
}

function credentials(tls: TlsOptions | undefined): ServerCredentials {
  if (!tls) return ServerCredentials.createInsecure();
  return ServerCredentials.createSsl(null, [{ cert_chain: tls.certificate, private_key: tls.key }]);
}
