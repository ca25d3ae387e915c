import { routeExecutor, type Executor, type Logger, type StorageProvider, type TaskHub } from "@durable-host/engine";
import type { GrpcServer, HubWorkers } from "@durable-host/grpc";
import { openAccess } from "../scheduler/grpc-access";
import { createHubServer, openHubWorkers } from "../scheduler/grpc-hub";
import type { AccessOptions } from "../scheduler/scheduler-options";

/** `durable-host start --grpc-port`. */
export interface WorkerEndpointOptions {
  readonly port: number;
  readonly access: AccessOptions;
}

interface Surroundings {
  readonly address: string;
  readonly hubName: string;
  readonly provider: Pick<StorageProvider, "getInstance">;
  readonly logger: Logger;
}

/** The gRPC port on which workers and clients of the Durable Task SDKs share the task hub of the app (docs/scheduler.md). */
export class WorkerEndpoint {
  readonly #options: WorkerEndpointOptions & Surroundings;
  readonly #workers: HubWorkers;
  #server: GrpcServer | undefined;

  private constructor(options: WorkerEndpointOptions & Surroundings, workers: HubWorkers) {
    this.#options = options;
    this.#workers = workers;
  }

  static async create(options: WorkerEndpointOptions, surroundings: Surroundings): Promise<WorkerEndpoint> {
    const workers = await openHubWorkers(surroundings.provider, surroundings.logger.child("Host.Grpc"));
    return new WorkerEndpoint({ ...options, ...surroundings }, workers);
  }

  /** What the app has registered runs in the app, all else with whoever connects. */
  besides(app: Executor): Executor {
    return routeExecutor(app, this.#workers.executor);
  }

  /** Rejects with CONFIG_INVALID when the port cannot be used, or would be open to everybody. */
  async listen(taskHub: TaskHub): Promise<void> {
    const { port, access, address, hubName: name, logger } = this.#options;
    const hub = { name, taskHub, workers: this.#workers };
    const server = await createHubServer(hub, logger.child("Host.Grpc"), await openAccess(access, address));
    await server.listen(address, port);
    this.#server = server;
  }

  async close(graceMs: number): Promise<void> {
    await this.#server?.close(graceMs);
  }
}
