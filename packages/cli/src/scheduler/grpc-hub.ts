import { randomIds, systemClock, type Logger, type StorageProvider } from "@durable-host/engine";
import type { GrpcServer, HubRuntime, HubWorkers } from "@durable-host/grpc";
import type { GrpcAccess } from "./grpc-access";

/** The workers of the hub in this store. What speaks gRPC is loaded only now: it takes longer than the rest of the command line. */
export async function openHubWorkers(
  provider: Pick<StorageProvider, "getInstance">,
  logger: Logger,
): Promise<HubWorkers> {
  const { createHubWorkers } = await import("@durable-host/grpc");
  const versionOf = async (instanceId: string) => (await provider.getInstance(instanceId))?.version;
  return createHubWorkers({ clock: systemClock, ids: randomIds, logger, versionOf });
}

/** A server of one hub, for calls that name it, in whatever case, or none. */
export async function createHubServer(hub: HubRuntime, logger: Logger, access?: GrpcAccess): Promise<GrpcServer> {
  const { createGrpcServer } = await import("@durable-host/grpc");
  const isIts = (asked: string) => asked.toLowerCase() === hub.name.toLowerCase();
  const hubs = {
    find: async (asked: string | undefined) => (asked === undefined || isIts(asked) ? hub : undefined),
    open: () => [hub],
  };
  return createGrpcServer({ hubs, logger, clock: systemClock, ...access });
}
