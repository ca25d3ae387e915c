import {
  randomIds,
  routeExecutor,
  systemClock,
  type Executor,
  type Logger,
  type StorageProvider,
  type TaskHub,
} from "@durable-host/engine";
import type { GrpcServer, HubWorkers } from "@durable-host/grpc";
import { openAccess } from "../scheduler/grpc-access";
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
    const { createHubWorkers } = await import("@durable-host/grpc");
    const { provider, logger } = surroundings;
    const workers = createHubWorkers({
      clock: systemClock,
      ids: randomIds,
      logger: logger.child("Host.Grpc"),
      versionOf: async (instanceId) => (await provider.getInstance(instanceId))?.version,
    });
    return new WorkerEndpoint({ ...options, ...surroundings }, workers);
  }

  /** What the app has registered runs in the app, all else with whoever connects. */
  besides(app: Executor): Executor {
    return routeExecutor(app, this.#workers.executor);
  }

  /** Rejects with CONFIG_INVALID when the port cannot be used, or would be open to everybody. */
  async listen(taskHub: TaskHub): Promise<void> {
    const { createGrpcServer } = await import("@durable-host/grpc");
    const { port, access, address, hubName: name, logger } = this.#options;
    const hub = { name, taskHub, workers: this.#workers };
    const isOurs = (asked: string) => asked.toLowerCase() === name.toLowerCase();
    const server = createGrpcServer({
      hubs: {
        find: async (asked) => (asked === undefined || isOurs(asked) ? hub : undefined),
        open: () => [hub],
      },
      logger: logger.child("Host.Grpc"),
      clock: systemClock,
      ...(await openAccess(access, address)),
    });
    await server.listen(address, port);
    this.#server = server;
  }

  async close(graceMs: number): Promise<void> {
    await this.#server?.close(graceMs);
  }
}
