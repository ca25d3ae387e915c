import { TaskHubGrpcWorker, type ITaskEntity, type TOrchestrator } from "@microsoft/durabletask-js";
import { pb } from "../../src/proto/messages";
import { wrapText } from "../../src/proto/scalars";
import type { HubWorkers, WorkerStream } from "../../src/work/hub-workers";

export interface SdkFunctions {
  readonly orchestrators: Readonly<Record<string, TOrchestrator>>;
  // Tests give activities the inputs they like.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly activities?: Readonly<Record<string, (input: any) => unknown>>;
  readonly entities?: Readonly<Record<string, () => ITaskEntity>>;
}

/** The JavaScript SDK's own worker as it runs under a host, fed from a stream of work items without a socket. */
export class SdkWorker {
  /** Work items as they have arrived. */
  readonly received: pb.WorkItem[] = [];
  readonly #sdk: TaskHubGrpcWorker;
  readonly #functions: SdkFunctions;
  readonly #workers: HubWorkers;
  readonly #stream: WorkerStream;

  constructor(workers: HubWorkers, functions: SdkFunctions, request = new pb.GetWorkItemsRequest()) {
    this.#workers = workers;
    this.#functions = functions;
    const ignore = (): void => undefined;
    this.#sdk = new TaskHubGrpcWorker({ logger: { error: ignore, warn: ignore, info: ignore, debug: ignore } });
    for (const [name, orchestrator] of Object.entries(functions.orchestrators)) {
      this.#sdk.addNamedOrchestrator(name, orchestrator);
    }
    for (const [name, factory] of Object.entries(functions.entities ?? {})) this.#sdk.addNamedEntity(name, factory);
    this.#stream = workers.connect(
      request,
      { workerId: "sdk", userAgent: "durabletask-js/0.4.0 (DurableTaskWorker)" },
      {
        send: (item) => void this.#handle(pb.WorkItem.deserializeBinary(item.serializeBinary())),
        close: () => this.#stream?.ended("broken"),
      },
    );
  }

  disconnect(): void {
    this.#stream.ended("broken");
  }

  async #handle(item: pb.WorkItem): Promise<void> {
    this.received.push(item);
    const token = item.getCompletiontoken();
    const orchestration = item.getOrchestratorrequest();
    if (orchestration) {
      const bytes = await this.#sdk.processOrchestratorRequest(orchestration.serializeBinary());
      this.#workers.completeOrchestration(pb.OrchestratorResponse.deserializeBinary(bytes).setCompletiontoken(token));
    }
    const activity = item.getActivityrequest();
    if (activity) this.#workers.completeActivity((await this.#runActivity(activity)).setCompletiontoken(token));
    const batch = item.getEntityrequestv2();
    if (batch) {
      const bytes = await this.#sdk.processEntityBatchRequest(olderForm(batch).serializeBinary());
      this.#workers.completeEntity(pb.EntityBatchResult.deserializeBinary(bytes).setCompletiontoken(token));
    }
  }

  async #runActivity(request: pb.ActivityRequest): Promise<pb.ActivityResponse> {
    const response = new pb.ActivityResponse().setInstanceid("").setTaskid(request.getTaskid());
    try {
      const input = request.getInput()?.getValue();
      const result = await this.#functions.activities?.[request.getName()]?.(
        input === undefined ? undefined : JSON.parse(input),
      );
      return response.setResult(wrapText(JSON.stringify(result)));
    } catch (error) {
      const { name, message } = error as Error;
      return response.setFailuredetails(new pb.TaskFailureDetails().setErrortype(name).setErrormessage(message));
    }
  }
}

/** What the SDK's worker does itself with a batch from a stream. */
function olderForm(batch: pb.EntityRequest): pb.EntityBatchRequest {
  const operations = batch.getOperationrequestsList().map((event) => {
    const operation = event.getEntityoperationcalled() ?? event.getEntityoperationsignaled();
    if (!operation) throw new Error("An entity batch holds something else than operations.");
    return new pb.OperationRequest()
      .setOperation(operation.getOperation())
      .setRequestid(operation.getRequestid())
      .setInput(operation.getInput());
  });
  return new pb.EntityBatchRequest()
    .setInstanceid(batch.getInstanceid())
    .setEntitystate(batch.getEntitystate())
    .setOperationsList(operations);
}
