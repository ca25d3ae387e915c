import { TaskHubGrpcWorker, type ITaskEntity, type TOrchestrator } from "@microsoft/durabletask-js";
import type { Episode, HistoryEvent } from "@durable-host/engine";
import { BUILT_AT } from "@durable-host/testkit";
import { createFunctionPayloads } from "../../src/convert/function-payloads";
import { pb } from "../../src/proto/messages";

const ids = { newId: () => "0af7651916cd43dd8448eb211c80319c", newGuid: () => "00000000-0000-4000-8000-00000000000f" };
const payloads = createFunctionPayloads(ids);

const greetTwo: TOrchestrator = async function* (context, name: unknown) {
  context.setCustomStatus("greeting");
  const first: string = yield context.callActivity("greet", name);
  const second: string = yield context.callActivity("greet", "Edsger");
  return [first, second];
};

const refuse: TOrchestrator = async function* (context, name: unknown) {
  yield context.callActivity("greet", name);
  throw new RangeError("nobody is to be greeted");
};

class Counter implements ITaskEntity {
  run(operation: Parameters<ITaskEntity["run"]>[0]): unknown {
    if (operation.name === "fail") throw new TypeError("cannot count");
    const total = Number(operation.state.getState()) + Number(operation.getInput());
    operation.state.setState(total);
    operation.context.signalEntity(operation.context.id, "told", total);
    return total;
  }
}

/** The SDK's worker as the functions of `durable-functions` v4 use it: a payload in, a payload out. */
function sdk(): TaskHubGrpcWorker {
  const ignore = (): void => undefined;
  const worker = new TaskHubGrpcWorker({ logger: { error: ignore, warn: ignore, info: ignore, debug: ignore } });
  worker.addNamedOrchestrator("greetTwo", greetTwo);
  worker.addNamedOrchestrator("refuse", refuse);
  worker.addNamedEntity("counter", () => new Counter());
  return worker;
}

async function answer(method: "processOrchestratorRequest" | "processEntityBatchRequest", payload: string) {
  expect(payload).toMatch(/^[A-Za-z0-9+/]+={0,2}$/);
  return Buffer.from(await sdk()[method](Buffer.from(payload, "base64"))).toString("base64");
}

function episodeOf(name: string, past: readonly HistoryEvent[], news: readonly HistoryEvent[]): Episode {
  return {
    instanceId: "i",
    executionId: "0123456789abcdef0123456789abcdef",
    name,
    version: "",
    input: '"Ada"',
    episode: 3,
    resumeAfter: 2,
    newEvents: [{ type: "OrchestratorStarted", timestamp: BUILT_AT }, ...news],
    loadPastEvents: async () => past,
  };
}

function started(name: string): HistoryEvent {
  const instance = { instanceId: "i", executionId: "0123456789abcdef0123456789abcdef" };
  return { type: "ExecutionStarted", timestamp: BUILT_AT, name, version: "", input: '"Ada"', instance };
}

const scheduled = (eventId: number): HistoryEvent => ({
  type: "TaskScheduled",
  timestamp: BUILT_AT,
  eventId,
  name: "greet",
  input: null,
});

const completed = (taskScheduledId: number, result: string): HistoryEvent => ({
  type: "TaskCompleted",
  timestamp: BUILT_AT,
  taskScheduledId,
  result,
});

async function run(episode: Episode) {
  const payload = await payloads.encodeEpisode(episode);
  return payloads.decodeEpisode(await answer("processOrchestratorRequest", payload), episode);
}

describe("the payload of an orchestrator of durable-functions v4", () => {
  it("is a base64 text; what comes back is what the code asks for, and its custom status [GR73]", async () => {
    const result = await run(episodeOf("greetTwo", [], [started("greetTwo")]));

    expect(result).toMatchObject({ replayed: false, customStatus: '"greeting"' });
    expect(result.actions).toEqual([
      expect.objectContaining({ type: "ScheduleActivity", name: "greet", input: '"Ada"' }),
    ]);
    expect(result.completion).toBeUndefined();
  });

  it("holds the whole history, whatever is resident elsewhere, so that the code can be replayed [GR73]", async () => {
    const begin: HistoryEvent = { type: "OrchestratorStarted", timestamp: BUILT_AT };
    const past = [begin, started("greetTwo"), scheduled(1), begin, completed(1, '"Hello Ada"'), scheduled(2)];
    const result = await run(episodeOf("greetTwo", past, [completed(2, '"Hello Edsger"')]));

    expect(result.completion).toMatchObject({ type: "Completed", output: '["Hello Ada","Hello Edsger"]' });
    expect(result.actions).toEqual([]);
  });

  it("comes back with a failure as data; the output of the instance names its type, too", async () => {
    const past: HistoryEvent[] = [
      { type: "OrchestratorStarted", timestamp: BUILT_AT },
      started("refuse"),
      scheduled(1),
    ];
    const { completion } = await run(episodeOf("refuse", past, [completed(1, '"Hello"')]));

    expect(completion).toMatchObject({
      type: "Failed",
      output: "RangeError: nobody is to be greeted",
      failureDetails: { errorType: "RangeError", errorMessage: "nobody is to be greeted" },
    });
  });
});

describe("the payload of an entity of durable-functions v4", () => {
  const batch = (names: readonly string[]) => ({
    entity: { name: "counter", key: "k" },
    exists: true,
    state: "40",
    operations: names.map((name) => ({ name, input: "1", isSignal: false })),
  });

  it("is a batch in its older form; results, state and signals come back [GR73]", async () => {
    const result = payloads.decodeBatch(
      await answer("processEntityBatchRequest", payloads.encodeBatch(batch(["add", "fail", "add"]))),
    );

    expect(result).toMatchObject({ exists: true, state: "42" });
    expect(result.results).toMatchObject([
      { isError: false, result: "41" },
      { isError: true, failureDetails: { errorType: "TypeError", errorMessage: "cannot count" } },
      { isError: false, result: "42" },
    ]);
    expect(result.signals.map(({ name, input }) => [name, input])).toEqual([
      ["told", "41"],
      ["told", "42"],
    ]);
  });

  it("that could not be executed at all changes nothing, and says why", () => {
    const failure = new pb.TaskFailureDetails().setErrormessage("no such entity");
    const bytes = new pb.EntityBatchResult().setFailuredetails(failure).serializeBinary();

    expect(() => payloads.decodeBatch(Buffer.from(bytes).toString("base64"))).toThrow("no such entity");
  });

  it("that was answered with nothing was not executed either", () => {
    expect(() => payloads.decodeBatch("")).toThrow("It has answered none of the operations.");
  });
});
