import type { EntityBatch, Episode, EpisodeResult } from "@durable-host/engine";
import type { DurablePayloadCodec } from "../../src/pool/durable-payload-codec";
import { useAppHosts, type TestHost } from "../fixtures/app-hosts";

/** Functions as `durable-functions` v4 registers them, beside one of v3. Payloads are JSON in base64 here. */
const APP = `
  const { app, input, trigger } = require("@azure/functions");
  const df = require("durable-functions");
  const grpc = (type) => ({ type, durableRequiresGrpc: true });
  const text = (value) => Buffer.from(JSON.stringify(value)).toString("base64");
  const read = (payload) => JSON.parse(Buffer.from(payload, "base64").toString());
  const client = input.generic(grpc("durableClient"));

  app.generic("Modern", { trigger: trigger.generic(grpc("orchestrationTrigger")), handler: (payload) => text({ was: typeof payload, ...read(payload) }) });
  app.generic("Tally", {
    trigger: trigger.generic(grpc("entityTrigger")),
    extraInputs: [client],
    handler: (payload, context) => text({ ...read(payload), hub: context.extraInputs.get(client).taskHubName }),
  });
  app.generic("mute", { trigger: trigger.generic(grpc("orchestrationTrigger")), handler: () => undefined });
  app.generic("fails", { trigger: trigger.generic(grpc("activityTrigger")), handler: () => { throw new RangeError("too far"); } });
  app.generic("starts", {
    trigger: trigger.generic({ type: "queueTrigger", queueName: "none", connection: "None" }),
    extraInputs: [client, df.input.durableClient()],
    handler: (item, context) => [...context.options.extraInputs].map((each) => context.extraInputs.get(each)),
  });
  df.app.orchestration("classic", function* () { return "hello"; });
  df.app.activity("failsToo", { handler: () => { throw new RangeError("too far"); } });
  df.app.entity("tallyToo", (context) => context.df.return(context.df.operationName));
`;

const signal = new AbortController().signal;
const RESULT: EpisodeResult = { actions: [], replayed: false, canceledTimers: [] };
const hosts = useAppHosts();

const toText = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64");
const fromText = (payload: string): unknown => JSON.parse(Buffer.from(payload, "base64").toString());

/** A codec that notes what functions have answered. */
class JsonCodec implements DurablePayloadCodec {
  readonly answers: unknown[] = [];

  async encodeEpisode({ name, newEvents, loadPastEvents }: Episode): Promise<string> {
    return toText({ name, events: [...(await loadPastEvents()), ...newEvents].length });
  }

  decodeEpisode(payload: string): EpisodeResult {
    this.answers.push(fromText(payload));
    return RESULT;
  }

  encodeBatch({ entity, operations }: EntityBatch): string {
    return toText({ entity: entity.name, operations: operations.length });
  }

  decodeBatch(payload: string) {
    this.answers.push(fromText(payload));
    return { results: [{ isError: false, result: '"done"' }], signals: [], exists: true, state: "1" };
  }
}

const anEpisode = (name: string): Episode => ({
  instanceId: "i",
  executionId: "e",
  name,
  version: "",
  input: null,
  episode: 1,
  newEvents: [
    { type: "OrchestratorStarted", timestamp: 2 },
    {
      type: "ExecutionStarted",
      timestamp: 2,
      name,
      version: "",
      input: null,
      instance: { instanceId: "i", executionId: "e" },
    },
  ],
  loadPastEvents: async () => [],
});

const aBatch = (name: string): EntityBatch => ({
  entity: { name, key: "k" },
  exists: false,
  state: null,
  operations: [{ name: "add", input: null, isSignal: false }],
});

async function start(codec?: JsonCodec): Promise<TestHost> {
  const appRoot = await hosts.writeApp({ "package.json": '{"main":"app.js"}', "app.js": APP });
  const grpc = codec && (async () => ({ codec, clientInput: { taskHubName: "modern hub" } }));
  return hosts.start({ appRoot, durableClientInput: { taskHubName: "classic hub" }, ...(grpc && { grpc }) });
}

describe("functions of durable-functions v4", () => {
  it("get a text with the whole history and return one; those of v3 beside them get JSON [GR73]", async () => {
    const codec = new JsonCodec();
    const { host } = await start(codec);

    await expect(host.executor.executeOrchestration(anEpisode("modern"), signal)).resolves.toBe(RESULT);
    expect(codec.answers).toEqual([{ was: "string", name: "modern", events: 2 }]);
    const { completion } = await host.executor.executeOrchestration(anEpisode("classic"), signal);
    expect(completion).toEqual({ type: "Completed", output: '"hello"' });
    expect(codec.answers).toHaveLength(1);
  });

  it("are entities in the same way, with the values of their other bindings [GR73]", async () => {
    const codec = new JsonCodec();
    const { host } = await start(codec);

    await expect(host.executor.executeEntity(aBatch("tally"), signal)).resolves.toMatchObject({ state: "1" });
    expect(codec.answers).toEqual([{ entity: "tally", operations: 1, hub: "modern hub" }]);
    const { results } = await host.executor.executeEntity(aBatch("tallytoo"), signal);
    expect(results).toEqual([{ isError: false, result: '"add"' }]);
  });

  it("that return no payload are tried again, and told of by name", async () => {
    const { host } = await start(new JsonCodec());

    await expect(host.executor.executeOrchestration(anEpisode("mute"), signal)).rejects.toThrow(
      "The function 'mute' returned no payload",
    );
  });

  it("fail as activities with data beside the words, those of v3 with words alone", async () => {
    const { host } = await start(new JsonCodec());
    const run = (name: string) =>
      host.executor.executeActivity({ instanceId: "i", executionId: "e", taskId: 0, name, input: null }, signal);

    expect(await run("fails")).toMatchObject({
      reason: "Activity function 'fails' failed: too far",
      failureDetails: {
        errorType: "RangeError",
        errorMessage: "too far",
        stackTrace: expect.stringContaining("app.js"),
      },
    });
    expect(await run("failsToo")).not.toHaveProperty("failureDetails");
  });

  it("have a durable client of their own, beside that of v3 in the same function [GR73]", async () => {
    const { host } = await start(new JsonCodec());
    const { returnValue } = await host.invoke("starts", { triggerData: { string: "item" } });

    const [modern, classic] = JSON.parse(String(returnValue?.["json"])) as readonly object[];
    expect([modern, classic]).toEqual([{ taskHubName: "modern hub" }, { taskHubName: "classic hub" }]);
  });

  it("are not looked into: their library keeps what the code waits for to itself", async () => {
    const { host } = await start(new JsonCodec());
    await expect(host.executor.inspectOrchestration?.(anEpisode("modern"), signal)).resolves.toEqual({ tasks: [] });
  });

  it("do not run where there is no gRPC, which is said of each; the others run", async () => {
    const { host, log } = await start();

    expect(host.problems.map(({ name }) => name)).toEqual(["Modern", "Tally", "mute", "fails", "starts"]);
    await log.waitFor('The function "Modern" is not run: It is on durable-functions 4');
    expect(host.executor.knows("orchestration", "modern")).toBe(false);
    expect(host.executor.knows("orchestration", "classic")).toBe(true);
  });

  it("end the start, with no process left, when gRPC cannot be had", async () => {
    const appRoot = await hosts.writeApp({ "package.json": '{"main":"app.js"}', "app.js": APP });
    const { host } = hosts.create({ appRoot, grpc: () => Promise.reject(new Error("no port is free")) });

    await expect(host.start()).rejects.toThrow("no port is free");
    expect(host.workerPids()).toEqual([]);
  });
});
