import { ErrorRecorder } from "@durable-host/testkit";
import { ERROR_CODES } from "@durable-host/engine";
import type { HostRequest } from "../../src/http/types";
import { ERROR_ANSWERS } from "../../src/management/error-response";
import { createManagementApi, RPC_PATH, WEBHOOK_PATH } from "../../src/management/management-api";
import { callApi } from "./call-api";
import { FakeTaskHub } from "./fake-task-hub";

describe("management API", () => {
  it("leaves other paths to others", async () => {
    const api = createManagementApi({
      taskHub: new FakeTaskHub(),
      connectionName: "c",
      logger: new ErrorRecorder(),
      basePath: WEBHOOK_PATH,
    });
    const request = {
      method: "GET",
      headers: {},
      body: (async function* () {})(),
      signal: new AbortController().signal,
    };
    expect(await api({ ...request, url: new URL("http://localhost:7071/api/hello") })).toBeUndefined();
    expect(
      await api({ ...request, url: new URL("http://localhost:7071/runtime/webhooks/durabletaskx/") }),
    ).toBeUndefined();
  });

  it.each([
    "GET /nope",
    "PUT /instances/i1",
    "POST /instances",
    "GET /instances/a/b/c/d",
    "POST /instances//terminate",
  ])("answers 404 without a body for %s", async (line) => {
    expect(await callApi(new FakeTaskHub(), line)).toMatchObject({ status: 404, text: undefined });
  });

  it("matches the path without regard to case", async () => {
    const hub = new FakeTaskHub().add();
    expect((await callApi(hub, "GET /Instances/i1")).status).toBe(202);
  });

  it("serves the RPC path with links to the webhook", async () => {
    const linkBaseUrl = "http://shop.example:8080/runtime/webhooks/durabletask";
    const answer = await callApi(new FakeTaskHub(), "POST /orchestrators/hello/i1", {
      api: { basePath: RPC_PATH, linkBaseUrl },
    });
    expect(answer.json).toMatchObject({
      id: "i1",
      statusQueryGetUri: `${linkBaseUrl}/instances/i1?taskHub=Orders&connection=SQLDB_Connection`,
    });
  });

  it.each([
    [true, { "x-forwarded-host": "shop.example", "x-forwarded-proto": "https" }, "https://shop.example"],
    [true, { "x-forwarded-host": "shop.example" }, "http://localhost:7071"],
    [false, { "x-forwarded-host": "shop.example", "x-forwarded-proto": "https" }, "http://localhost:7071"],
  ])("takes the origin of links from a proxy only when told to (%s, %j)", async (useForwardedHost, headers, origin) => {
    const answer = await callApi(new FakeTaskHub(), "POST /orchestrators/hello/i1", {
      api: { useForwardedHost },
      headers,
    });
    expect(answer.headers["Location"]).toMatch(new RegExp(`^${origin}/runtime/`));
  });

  it("answers 401 to a request without a key where keys are asked for, and puts the key into links [DF18]", async () => {
    const admits = ({ headers, url }: HostRequest) =>
      (headers["x-functions-key"] ?? url.searchParams.get("code")) === "s+1";
    const api = { systemKey: () => "s+1", admits };
    const hub = new FakeTaskHub();
    const line = "POST /orchestrators/hello/i1";
    expect((await callApi(hub, line, { api })).status).toBe(401);
    expect((await callApi(hub, `${line}?code=wrong`, { api })).status).toBe(401);
    expect((await callApi(hub, line, { api, headers: { "x-functions-key": "s+1" } })).status).toBe(202);
    const answer = await callApi(hub, `${line}?code=s%2B1`, { api });
    expect(answer.headers["Location"]).toMatch(/&code=s%2B1$/);
  });

  it.each(["taskHub=Other", "connection=Storage"])("does not answer for another store (%s)", async (query) => {
    const hub = new FakeTaskHub().add();
    expect((await callApi(hub, `GET /instances/i1?${query}`)).status).toBe(400);
    expect(hub.calls).toEqual([]);
  });

  it("has an answer for every code", () => {
    expect(Object.keys(ERROR_ANSWERS).sort()).toEqual([...ERROR_CODES].sort());
  });
});
