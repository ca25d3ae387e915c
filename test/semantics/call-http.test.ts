import type { ServerResponse } from "node:http";
import type { InstanceState } from "@durable-host/engine";
import { LocalServer, type SeenRequest } from "../../packages/functions/test/call-http/local-server";
import { InProcessHub } from "./in-process-hub";

const ACCEPTED_POLLS = 2;

/** Without polling, the SDK hands out an object without methods. */
interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: object;
  readonly content: string;
  getHeader?(name: string): string | undefined;
}

/** A service with work that takes a few polls, and pages that answer at once. */
async function aService(otherOrigin: () => string): Promise<LocalServer> {
  const polls = new Map<string, number>();
  return LocalServer.start(({ path }, response) => {
    const { pathname, searchParams } = new URL(path, "http://service");
    const job = searchParams.get("job") ?? "";
    const accept = (location: string): void =>
      void response.writeHead(202, { Location: location, "Retry-After": "0" }).end();
    switch (pathname) {
      case "/work":
        return accept(`/status${searchParams.size > 0 ? `?job=${job}` : ""}`);
      case "/work-elsewhere":
        return accept(`${otherOrigin()}/status?job=${job}`);
      case "/send-to":
        return accept(searchParams.get("location") ?? "");
      case "/no-location":
        return void response.writeHead(202, { "X-Job": "1" }).end("accepted");
      case "/bad-location":
        return accept("mailto:somebody");
      case "/status": {
        const count = (polls.get(job) ?? 0) + 1;
        polls.set(job, count);
        if (count < ACCEPTED_POLLS) return accept(path);
        return void response.writeHead(200, { "X-Polls": String(count), "Content-Type": "text/plain" }).end("done");
      }
      case "/page":
        return void response.writeHead(200, { "X-Page": "1", "Content-Type": "text/html" }).end("<p>");
      default:
        return void response.writeHead(404).end("not here");
    }
  });
}

let service: LocalServer;
let other: LocalServer;
let hub: InProcessHub;

beforeAll(async () => {
  service = await aService(() => other.origin);
  other = await aService(() => service.origin);
});
afterAll(() => Promise.all([service.stop(), other.stop()]));

const credentials = { Authorization: "Bearer secret", Cookie: "c=1", "x-functions-key": "k", "x-tag": "t" };

describe.each(["resident", "replay", "verify"] as const)("callHttp, %s", (mode) => {
  beforeAll(async () => {
    hub = await InProcessHub.start(
      {
        activities: { echo: (input: unknown) => input },
        orchestrators: {
          *get({ df }) {
            const answer: HttpAnswer = yield df.callHttp({ method: "GET", headers: credentials, ...df.getInput() });
            const echoed: string = yield df.callActivity("echo", "later");
            const { statusCode, headers, content } = answer;
            return { statusCode, headers, content, page: answer.getHeader?.("x-PAGE"), echoed };
          },
          *caught({ df }) {
            try {
              yield df.callHttp({ method: "GET", url: df.getInput() });
              return "no error";
            } catch (error) {
              return yield df.callActivity("echo", (error as Error).message);
            }
          },
          *together({ df }) {
            const call = (job: string): unknown =>
              df.callHttp({ method: "POST", url: `${service.origin}/work?job=${job}`, body: { job } });
            const jobs: string[] = df.getInput();
            const tasks = jobs.flatMap((job) => [call(job), df.callActivity("echo", job)]);
            tasks.push(df.callSubOrchestrator("get", { url: `${service.origin}/page` }));
            const results: { statusCode?: number }[] = yield df.Task.all(tasks);
            const echoed: string = yield df.callActivity("echo", "after");
            return [...results.map((result) => result.statusCode ?? result), echoed];
          },
          *overtaken({ df }) {
            const slow = df.callHttp({ method: "GET", url: `${service.origin}/work?job=${df.instanceId}` });
            const winner = yield df.Task.any([slow, df.callActivity("echo", 1)]);
            const seen = [winner === slow ? "http" : "activity"];
            for (let step = 0; step < 3; step++) seen.push(yield df.callActivity("echo", `step ${step}`));
            const { statusCode }: { statusCode: number } = yield slow;
            return [...seen, statusCode, yield df.callActivity("echo", "end")];
          },
        },
      },
      mode,
    );
  });
  afterAll(() => hub.stop());
  beforeEach(() => {
    service.seen.length = 0;
    other.seen.length = 0;
  });

  const get = async (url: string, more: object = {}): Promise<Record<string, unknown>> =>
    outputOf(await hub.run("get", { url, ...more })) as Record<string, unknown>;

  it("returns status, headers without those of the content, and content [DF60]", async () => {
    const output = await get(`${service.origin}/page`);

    expect(output).toMatchObject({
      statusCode: 200,
      content: "<p>",
      page: "1",
      headers: { "X-Page": "1" },
      echoed: "later",
    });
    expect(JSON.stringify(output["headers"])).not.toMatch(/content-/i);
    expect(service.seen).toMatchObject([{ headers: { authorization: "Bearer secret", "x-functions-key": "k" } }]);
  });

  it("returns a 404 as a result [DF61]", async () => {
    expect(await get(`${service.origin}/nowhere`)).toMatchObject({ statusCode: 404, content: "not here" });
  });

  it("throws what kept a request from being answered [DF61]", async () => {
    expect(outputOf(await hub.run("caught", "http://127.0.0.1:1/"))).toContain("connect ECONNREFUSED 127.0.0.1:1");
    expect(outputOf(await hub.run("caught", "not a URL"))).toContain('was given "not a URL"');
  });

  it("polls the Location with GET until it is done, without the function's key [DF62]", async () => {
    const job = `same-${mode}`;
    const output = await get(`${service.origin}/work?job=${job}`, { method: "POST", body: "start" });

    expect(output).toMatchObject({ statusCode: 200, content: "done", headers: { "X-Polls": "2" }, echoed: "later" });
    expect(service.seen.map(summary)).toEqual([
      `POST /work?job=${job} start authorization cookie x-functions-key x-tag`,
      `GET /status?job=${job}  authorization cookie x-tag`,
      `GET /status?job=${job}  authorization cookie x-tag`,
    ]);
  });

  it("takes no credentials along when another origin is to be polled [DF62]", async () => {
    const job = `away-${mode}`;
    const output = await get(`${service.origin}/work-elsewhere?job=${job}`);

    expect(output).toMatchObject({ statusCode: 200, content: "done" });
    expect(service.seen.map(summary)).toEqual([
      `GET /work-elsewhere?job=${job}  authorization cookie x-functions-key x-tag`,
    ]);
    expect(other.seen.map(summary)).toEqual([`GET /status?job=${job}  x-tag`, `GET /status?job=${job}  x-tag`]);
  });

  it("returns the 202 when the code wants no polling [DF62]", async () => {
    const output = await get(`${service.origin}/work`, { enablePolling: false });

    expect(output).toMatchObject({ statusCode: 202, headers: { Location: "/status" }, echoed: "later" });
    expect(service.seen).toHaveLength(1);
  });

  it("returns a 202 that says nothing of where to poll, and goes on [DF63]", async () => {
    const without = await get(`${service.origin}/no-location`);
    expect(without).toMatchObject({ statusCode: 202, content: "accepted", headers: { "X-Job": "1" }, echoed: "later" });

    const unusable = await get(`${service.origin}/bad-location`);
    expect(unusable).toMatchObject({ statusCode: 202, echoed: "later" });
    expect(unusable["headers"]).not.toHaveProperty("Location");
    expect(service.seen).toHaveLength(2);
  });

  it("keeps order among many tasks that poll and others that do not", async () => {
    const jobs = ["a", "b", "c", "d", "e"].map((job) => `${job}-${mode}`);
    const results = outputOf(await hub.run("together", jobs));

    expect(results).toEqual([...jobs.flatMap((job) => [200, job]), 200, "after"]);
  });

  it("keeps the id of the next poll while the code goes on", async () => {
    const id = `overtaken-${mode}`;
    const instance = await hub.run("overtaken", undefined, id);

    const output = outputOf(instance) as unknown[];
    expect(output.slice(1)).toEqual(["step 0", "step 1", "step 2", 200, "end"]);
    const scheduled = (await hub.hub.readHistory(id)).flatMap((event) => ("eventId" in event ? [event.eventId] : []));
    expect([...scheduled].sort((a, b) => a - b)).toEqual(scheduled.map((_, index) => index));
  });

  it("asks again for the poll that failed an instance, when the instance is rewound", async () => {
    const answer = (_: SeenRequest, response: ServerResponse): void => void response.end("recovered");
    const down = await LocalServer.start(answer);
    await down.stop();
    const id = `rewound-${mode}`;
    const asked = `${service.origin}/send-to?location=${encodeURIComponent(down.origin)}`;
    const failed = await hub.run("get", { url: asked }, id);
    expect(failed).toMatchObject({ runtimeStatus: "Failed", output: expect.stringContaining("ECONNREFUSED") });

    const up = await LocalServer.start(answer, Number(new URL(down.origin).port));
    try {
      await hub.hub.rewind(id, "the service is up again");
      expect(outputOf(await hub.end(id))).toMatchObject({ statusCode: 200, content: "recovered", echoed: "later" });
      expect(service.seen).toHaveLength(1);
    } finally {
      await up.stop();
    }
  });
});

function outputOf(instance: InstanceState): unknown {
  if (instance.runtimeStatus !== "Completed") throw new Error(`${instance.runtimeStatus}: ${instance.output}`);
  return JSON.parse(instance.output ?? "null");
}

/** What a service was asked, and which of the app's headers came along. */
function summary({ method, path, headers, body }: SeenRequest): string {
  const names = Object.keys(credentials).map((name) => name.toLowerCase());
  return [method, path, body, ...names.filter((name) => name in headers)].join(" ");
}
