import type { DurableHostError, Logger } from "@durable-host/engine";
import type { HostConfiguration } from "@durable-host/functions";
import { createEngine } from "../start/create-engine";
import { createStorageProvider } from "../start/create-storage-provider";
import { openHubWorkers } from "./grpc-hub";
import type { OpenHub } from "./hub-directory";

/** A task hub whose functions are all with workers that connect. */
export interface HubOptions {
  readonly name: string;
  readonly values: HostConfiguration["values"];
  readonly storage: HostConfiguration["storage"];
  /** Folder of the embedded store, absolute. */
  readonly dataDir: string;
  readonly logger: Logger;
}

/** Opens the store of a hub and begins to do its work. Rejects with what the store says. */
export async function openHub({ name, values, storage, dataDir, logger }: HubOptions): Promise<OpenHub> {
  const configuration = { hubName: name, values, storage };
  const provider = await createStorageProvider(configuration, { dataDir }, logger.child("Host.Storage"));
  const workers = await openHubWorkers(provider, logger.child("Host.Scheduler"));
  const { taskHub, worker, endWaits } = createEngine(configuration, provider, workers.executor, logger, {
    sdkWorkers: "alone",
  });
  const failed = new Promise<DurableHostError>((resolve) => provider.onFailure(resolve));
  await provider.start();
  worker.start();
  return {
    runtime: { name, taskHub, workers },
    failed,
    stopWork: (graceMs) => worker.stop(graceMs),
    async close() {
      endWaits();
      await provider.stop();
    },
  };
}
