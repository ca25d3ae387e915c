import { HostFixture, waitUntil } from "@durable-host/testkit";
import type { ManagementClient } from "@durable-host/testkit";
import { ACCEPTANCE_APP } from "./reference-app";

const DURABLE = "/runtime/webhooks/durabletask";
const instances = `${DURABLE}/instances`;
const JSON_TYPE = "application/json; charset=utf-8";
jest.setTimeout(60_000);
const fixture = new HostFixture();
let client: ManagementClient;
let origin: string;

beforeAll(async () => {
  origin = (await fixture.start({ scriptRoot: ACCEPTANCE_APP })).url;
  client = await fixture.client();
});
afterAll(() => fixture.dispose());

async function aWaitingInstance(instanceId?: string): Promise<string> {
  const id = await client.start("waits", undefined, instanceId);
  await client.waitFor(id, ({ customStatus }) => customStatus === "waiting");
  return id;
}

async function anEnded(name: string, input?: unknown, instanceId?: string): Promise<string> {
  const id = await client.start(name, input, instanceId);
  await client.waitForEnd(id);
  return id;
}

async function aTerminatedInstance(instanceId?: string): Promise<string> {
  const id = await aWaitingInstance(instanceId);
  await client.control(id, "terminate", "enough");
  await client.waitForEnd(id);
  return id;
}

describe("a start", () => {
  it("is answered 202 with where to look, when, and the URLs of all that can be done [DF1]", async () => {
    const answer = await client.post(`${DURABLE}/orchestrators/echo/my-start`, 1);
    const query = "taskHub=TestHubName&connection=SQLDB_Connection";
    const base = `${origin}${instances}/my-start`;

    expect(answer.status).toBe(202);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      "content-type": JSON_TYPE,
      location: `${base}?${query}`,
      "retry-after": "10",
    });
    expect(answer.body).toEqual({
      id: "my-start",
      statusQueryGetUri: `${base}?${query}`,
      sendEventPostUri: `${base}/raiseEvent/{eventName}?${query}`,
      terminatePostUri: `${base}/terminate?reason={text}&${query}`,
      purgeHistoryDeleteUri: `${base}?${query}`,
      restartPostUri: `${base}/restart?${query}`,
      suspendPostUri: `${base}/suspend?reason={text}&${query}`,
      resumePostUri: `${base}/resume?reason={text}&${query}`,
    });
  });

  it("of an unknown function is answered 400 with the orchestrators there are [DF2]", async () => {
    const answer = await client.post(`${DURABLE}/orchestrators/noSuchThing`, {});
    const { Message, ExceptionMessage } = answer.body as Record<string, string>;

    expect([answer.status, Message]).toEqual([400, "One or more of the arguments submitted is incorrect"]);
    expect(ExceptionMessage).toMatch(/'noSuchThing' doesn't exist/);
    for (const name of ["waits", "describeInput", "throwsAtOnce"]) expect(ExceptionMessage).toContain(name);
    expect(ExceptionMessage).not.toContain("repeat");
  });

  it.each(["@x", "a%5Cb", "a%2Fb", "a%23b", "a%3Fb", "a%09b", "x".repeat(257)])(
    "under the id %.10s is answered 400 [DF3]",
    async (id) => {
      const answer = await client.post(`${DURABLE}/orchestrators/echo/${id}`, 1);
      expect(answer).toMatchObject({
        status: 400,
        body: { Message: "One or more of the arguments submitted is incorrect" },
      });
    },
  );

  it("under an id of 256 characters is taken [DF3]", async () => {
    expect(await client.start("echo", 1, "y".repeat(256))).toBe("y".repeat(256));
  });

  it("with a body that is no JSON is answered 400, and starts nothing [DF4]", async () => {
    const answer = await client.request("POST", `${DURABLE}/orchestrators/echo/not-json`, {
      text: '{"half":',
      headers: { "content-type": "application/json" },
    });

    expect(answer).toMatchObject({ status: 400, body: { Message: "Invalid JSON content" } });
    expect(await client.status("not-json")).toBeUndefined();
  });

  it("of an active id is answered 500, and leaves the active instance alone [DF5]", async () => {
    const id = await aWaitingInstance();
    const second = await client.post(`${DURABLE}/orchestrators/echo/${id}`, "second");

    expect(second).toMatchObject({
      status: 500,
      body: {
        Message: "Something went wrong while processing your request",
        ExceptionMessage: "An Orchestration instance with the status Running already exists.",
        ExceptionType: "System.InvalidOperationException",
      },
    });
    await client.raiseEvent(id, "go", "undisturbed");
    expect(await client.waitForEnd(id)).toMatchObject({ name: "waits", output: "undisturbed" });
  });

  it("of an id that has ended replaces it, however it ended [DF6]", async () => {
    const ids = [await anEnded("echo", 1), await anEnded("fails", "x"), await aTerminatedInstance()];
    const before = await Promise.all(ids.map((id) => client.status(id)));
    expect(before.map((status) => status?.runtimeStatus)).toEqual(["Completed", "Failed", "Terminated"]);
    // Times are shown in whole seconds: the next one must have begun for a difference to be seen.
    const latest = Math.max(...before.map((status) => Date.parse(status?.createdTime ?? "")));
    await waitUntil("the next second", () => (Date.now() >= latest + 1000 ? true : undefined));

    for (const [index, id] of ids.entries()) {
      expect(await client.start("echo", "anew", id)).toBe(id);
      const after = await client.waitForEnd(id);
      expect(after).toMatchObject({ name: "echo", runtimeStatus: "Completed", input: "anew", output: "anew" });
      expect(Date.parse(after.createdTime)).toBeGreaterThan(Date.parse(before[index]?.createdTime ?? ""));
      expect((await client.history(id)).filter(({ EventType }) => EventType === "ExecutionStarted")).toHaveLength(1);
    }
  });

  it("with an empty body gives the orchestrator null [DF8]", async () => {
    const id = await client.start("describeInput");
    const { input, output } = await client.waitForEnd(id);

    expect({ input, output }).toEqual({ input: null, output: { type: "object", value: null } });
  });

  it("that waits is answered with the bare output when the orchestration is fast [DF9]", async () => {
    const wait = "timeout=30&pollingInterval=0.1";
    const answer = await client.post(`${DURABLE}/orchestrators/echo?${wait}`, { bare: [true] });
    expect([answer.status, answer.body]).toEqual([200, { bare: [true] }]);
  });

  it("that waits is answered 202 with links when the orchestration is slow [DF9]", async () => {
    const answer = await client.post(`${DURABLE}/orchestrators/waits/slow-one?timeout=0.2&pollingInterval=0.1`);

    expect([answer.status, answer.headers.get("retry-after")]).toEqual([202, "10"]);
    expect(answer.headers.get("location")).toContain(`${instances}/slow-one?`);
    expect(Object.keys(answer.body as object)).toHaveLength(8);
  });

  it("that waits is answered 400 when the interval is longer than the wait [DF9]", async () => {
    expect((await client.post(`${DURABLE}/orchestrators/echo?timeout=1&pollingInterval=2`)).status).toBe(400);
  });

  it("without an id gets one of 32 hexadecimal digits [DF10]", async () => {
    const ids = [await client.start("echo", 1), await client.start("echo", 2)];
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(ids[0]).not.toBe(ids[1]);
  });
});

describe("the status", () => {
  it("of a running instance is answered 202 with where and when to look again [DF11]", async () => {
    const id = await aWaitingInstance();
    const answer = await client.get(`${instances}/${id}?showInput=false`);

    expect([answer.status, answer.headers.get("retry-after")]).toEqual([202, "5"]);
    expect(answer.headers.get("location")).toBe(`${origin}${instances}/${id}?showInput=false`);
    expect(answer.body).toMatchObject({ runtimeStatus: "Running", customStatus: "waiting", output: null });
  });

  it("of a suspended instance is answered 202, of an ended one 200, of an unknown one 404 [DF11]", async () => {
    const suspended = await aWaitingInstance();
    await client.control(suspended, "suspend", "hold");
    await client.waitFor(suspended, ({ runtimeStatus }) => runtimeStatus === "Suspended");
    const ids = [suspended, await anEnded("echo", 1), await aTerminatedInstance(), "nobody"];
    const answers = await Promise.all(ids.map((id) => client.get(`${instances}/${id}`)));

    expect(answers.map(({ status }) => status)).toEqual([202, 200, 200, 404]);
    expect(answers.map(({ headers }) => headers.get("retry-after"))).toEqual(["5", null, null, null]);
  });

  it("of a failed instance is answered 200, or 500 for callers that ask for it [DF12]", async () => {
    const id = await anEnded("fails", "no stock");
    const plain = await client.get(`${instances}/${id}`);
    const asked = await client.get(`${instances}/${id}?returnInternalServerErrorOnFailure=true`);

    expect([plain.status, asked.status]).toEqual([200, 500]);
    expect(asked.body).toEqual(plain.body);
    expect(asked.body).toMatchObject({ instanceId: id, runtimeStatus: "Failed" });
  });

  it("shows a history with names, merged into one row for each task, and results only on demand [DF14]", async () => {
    const id = await anEnded("echo", "payload");
    const withOutput = await client.history(id);
    const without = (await client.status(id, "showHistory=true"))?.historyEvents;

    expect(without).toEqual([
      { EventType: "ExecutionStarted", Timestamp: expect.any(String), FunctionName: "echo", Input: "payload" },
      {
        EventType: "TaskCompleted",
        Timestamp: expect.any(String),
        ScheduledTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        FunctionName: "repeat",
        Input: null,
      },
      { EventType: "ExecutionCompleted", Timestamp: expect.any(String), OrchestrationStatus: "Completed" },
    ]);
    expect(withOutput.map(({ Result }) => Result)).toEqual([undefined, "payload", "payload"]);
    expect((await client.status(id))?.historyEvents).toBeUndefined();
  });
});

describe("an event", () => {
  const raise = (id: string, text: string, type: string) =>
    client.request("POST", `${instances}/${id}/raiseEvent/go`, { text, headers: { "content-type": type } });

  it("is answered 202 for a waiting, 410 for an ended and 404 for an unknown instance [DF19]", async () => {
    const id = await aWaitingInstance();
    const answers = [
      await raise(id, '{"a":1}', "application/json"),
      await client.waitForEnd(id).then(() => raise(id, "2", "application/json")),
      await raise("nobody", "3", "application/json"),
    ];

    expect(answers.map(({ status }) => status)).toEqual([202, 410, 404]);
    expect(await client.status(id)).toMatchObject({ runtimeStatus: "Completed", output: { a: 1 } });
  });

  it("that is no JSON is answered 400, and not delivered [DF19]", async () => {
    const id = await aWaitingInstance();
    const answers = [
      await raise(id, "text", "text/plain"),
      await raise(id, '"json"', "text/plain"),
      await raise(id, "", "application/json"),
      await raise(id, "{oops", "application/json"),
    ];

    expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 400]);
    expect((await raise(id, "null", "application/json")).status).toBe(202);
    expect(await client.waitForEnd(id)).toMatchObject({ runtimeStatus: "Completed", output: null });
  });
});

describe("a rewind", () => {
  it("is refused with 412 for what has not failed, and with 404 for what is not there [DF28]", async () => {
    const ids = [await anEnded("echo", 1), await aWaitingInstance(), await aTerminatedInstance(), "nobody"];
    const answers = await Promise.all(ids.map((id) => client.post(`${instances}/${id}/rewind?reason=try`)));

    expect(answers.map(({ status }) => status)).toEqual([412, 412, 412, 404]);
    expect((await client.status(String(ids[0])))?.runtimeStatus).toBe("Completed");
    expect((await client.status(String(ids[1])))?.runtimeStatus).toBe("Running");
  });
});

describe("a restart", () => {
  it("runs the same with the same input under a new id, or under its own when that is asked for [DF30]", async () => {
    const id = await anEnded("echo", { again: 1 });
    const answer = await client.post(`${instances}/${id}/restart`);
    const links = answer.body as Record<string, string>;
    const other = String(links["id"]);

    expect([answer.status, answer.headers.get("location")]).toEqual([202, links["statusQueryGetUri"]]);
    expect(other).toMatch(/^[0-9a-f]{32}$/);
    expect(other).not.toBe(id);
    const again = await client.waitForEnd(other);
    expect(again).toMatchObject({ name: "echo", input: { again: 1 }, output: { again: 1 } });

    const own = await client.post(`${instances}/${id}/restart?restartWithNewInstanceId=false`);
    expect([own.status, own.body]).toEqual([202, expect.objectContaining({ id })]);
    expect((await client.waitForEnd(id)).output).toEqual({ again: 1 });
  });

  it("is answered 400 for an unknown instance, and 500 for the id of an active one [DF30]", async () => {
    const id = await aWaitingInstance();
    const unknown = await client.post(`${instances}/nobody/restart`);
    const active = await client.post(`${instances}/${id}/restart?restartWithNewInstanceId=false`);

    expect([unknown.status, active.status]).toEqual([400, 500]);
    expect((await client.status(id))?.customStatus).toBe("waiting");
  });
});
