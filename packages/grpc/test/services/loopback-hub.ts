import { NoOpLogger, TaskHubGrpcClient, TaskHubGrpcWorker } from "@microsoft/durabletask-js";
import type { TaskHubSidecarServiceClient } from "../../src/server/service-definition";
import { OpenServer } from "../server/open-server";
import { directoryOf } from "../server/scripted-hub";
import { SdkHub } from "../work/sdk-hub";
import type { SdkFunctions } from "../work/sdk-worker";

/** Client and worker of the JavaScript SDK, over loopback, on server, engine and embedded store in this process. */
export class LoopbackHub {
  readonly hub: SdkHub;
  /** The SDK's client. */
  readonly client: TaskHubGrpcClient;
  /** For what the SDK's client does not say. */
  readonly raw: TaskHubSidecarServiceClient;
  readonly #server: OpenServer;
  readonly #workers: TaskHubGrpcWorker[] = [];

  private constructor(hub: SdkHub, server: OpenServer) {
    this.hub = hub;
    this.#server = server;
    this.raw = server.client();
    this.client = new TaskHubGrpcClient({ hostAddress: `localhost:${server.port}`, logger: new NoOpLogger() });
  }

  static async start(functions?: SdkFunctions): Promise<LoopbackHub> {
    const hub = await SdkHub.start();
    const server = await OpenServer.start({ hubs: directoryOf({ name: "default", ...hubParts(hub) }) });
    const loopback = new LoopbackHub(hub, server);
    if (functions) await loopback.startWorker(functions);
    return loopback;
  }

  async startWorker(functions: SdkFunctions): Promise<void> {
    const worker = new TaskHubGrpcWorker({ hostAddress: `localhost:${this.#server.port}`, logger: new NoOpLogger() });
    for (const [name, code] of Object.entries(functions.orchestrators)) worker.addNamedOrchestrator(name, code);
    for (const [name, code] of Object.entries(functions.activities ?? {})) {
      worker.addNamedActivity(name, (_, input: unknown) => code(input));
    }
    for (const [name, factory] of Object.entries(functions.entities ?? {})) worker.addNamedEntity(name, factory);
    await worker.start();
    this.#workers.push(worker);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.stop()));
    await this.client.stop();
    await this.#server.stop();
    await this.hub.stop();
  }
}

function hubParts({ taskHub, workers }: SdkHub): Pick<SdkHub, "taskHub" | "workers"> {
  return { taskHub, workers };
}
