import { HostFixture, waitUntil } from "@durable-host/testkit";
import type { Answer, ManagementClient } from "@durable-host/testkit";
import { ACCEPTANCE_APP } from "./reference-app";

const DURABLE = "/runtime/webhooks/durabletask";
jest.setTimeout(60_000);
const fixture = new HostFixture();
let client: ManagementClient;

beforeAll(async () => {
  await fixture.start({ scriptRoot: ACCEPTANCE_APP });
  client = await fixture.client();
});
afterAll(() => fixture.dispose());

const path = (key: string, name = "notes"): string => `${DURABLE}/entities/${name}/${key}`;
const read = (key: string): Promise<Answer> => client.get(path(key));

/** Waits until the entity has this state; `undefined` for none. */
async function untilState(key: string, state: unknown): Promise<void> {
  await waitUntil(`the state of ${key}`, async () => {
    const now = await client.entity("notes", key);
    return JSON.stringify(now) === JSON.stringify(state) ? true : undefined;
  });
}

describe("an entity over HTTP", () => {
  it("is answered 200 with its state, and 404 before it exists and after it was destructed [DF67]", async () => {
    expect((await read("read")).status).toBe(404);
    expect((await client.signalEntity("notes", "read", "add", { a: 1 })).status).toBe(202);
    await untilState("read", [{ a: 1 }]);
    const answer = await read("read");
    expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "application/json; charset=utf-8"]);
    expect(answer.body).toEqual([{ a: 1 }]);

    await client.signalEntity("notes", "read", "delete");
    await untilState("read", undefined);
    expect((await read("read")).status).toBe(404);
  });

  it("gets a text body as a string, a JSON body as its value and an empty body as nothing [DF68]", async () => {
    const signal = (text: string, type: string): Promise<Answer> =>
      client.request("POST", `${path("typed")}?op=add`, { text, headers: { "content-type": type } });
    expect((await signal("5", "text/plain")).status).toBe(202);
    expect((await signal("5", "application/json")).status).toBe(202);
    expect((await signal("{", "application/json")).status).toBe(400);
    expect((await signal("plain {", "text/plain")).status).toBe(202);

    await untilState("typed", ["5", 5, "plain {"]);
  });

  it("gets the operation delete when it is deleted [DF68]", async () => {
    await client.signalEntity("notes", "doomed", "add", 1);
    await untilState("doomed", [1]);
    expect((await client.request("DELETE", path("doomed"))).status).toBe(202);

    await untilState("doomed", undefined);
  });

  it("is found by its name in any case, and by its key in its own case only [DF65]", async () => {
    await client.signalEntity("NOTES", "Cased", "add", 1);
    await untilState("Cased", [1]);

    expect((await client.get(path("Cased", "Notes"))).body).toEqual([1]);
    expect((await read("cased")).status).toBe(404);
    expect(await client.status("@notes@Cased")).toMatchObject({ instanceId: "@notes@Cased", runtimeStatus: "Running" });
    expect(await client.status("@Notes@Cased")).toBeUndefined();
  });

  it("is refused with 400 when the app has none of its name [DF68]", async () => {
    expect((await client.signalEntity("nobody", "k", "add", 1)).status).toBe(400);
  });
});

describe("the list of entities", () => {
  const list = async (query: string): Promise<unknown[]> => {
    const answer = await client.get(`${DURABLE}/entities${query}`);
    expect(answer.status).toBe(200);
    return answer.body as unknown[];
  };
  const entry = (name: string, key: string): unknown => expect.objectContaining({ entityId: { name, key } });

  it("shows those of a name, or all, without the deleted ones, and their state on demand [DF71]", async () => {
    await client.signalEntity("notes", "listed", "add", "x");
    await client.signalEntity("notes", "gone", "add", "x");
    await client.signalEntity("absent", "other", "get");
    await untilState("gone", ["x"]);
    await client.signalEntity("notes", "gone", "delete");
    await untilState("gone", undefined);
    await untilState("listed", ["x"]);
    const both = await waitUntil("both names to be listed", async () => {
      const all = await list("");
      return JSON.stringify(all).includes('"other"') ? all : undefined;
    });

    expect(both).toEqual(expect.arrayContaining([entry("notes", "listed"), entry("absent", "other")]));
    expect(both).not.toContainEqual(entry("notes", "gone"));
    const named = await list("/Notes");
    expect(named).toContainEqual({
      entityId: { name: "notes", key: "listed" },
      lastOperationTime: expect.stringMatching(/Z$/),
    });
    expect(named).not.toContainEqual(entry("absent", "other"));
    const withState = await list("/notes?fetchState=true");
    expect(withState).toContainEqual(
      expect.objectContaining({ entityId: { name: "notes", key: "listed" }, state: ["x"] }),
    );
    expect(withState).not.toContainEqual(entry("notes", "gone"));
  });
});

describe("an entity that throws", () => {
  it("fails the orchestration that calls it and does not catch it [DF69]", async () => {
    const { runtimeStatus, output } = await client.waitForEnd(await client.start("callsFailingEntity"));

    expect(runtimeStatus).toBe("Failed");
    expect(output).toMatch(/^Orchestrator function 'callsFailingEntity' failed: \S/);
  });
});
