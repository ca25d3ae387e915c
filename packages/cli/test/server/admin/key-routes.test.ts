import { DurableHostError } from "@durable-host/engine";
import type { KeyList } from "@durable-host/functions";
import { keyRoutes } from "../../../src/server/admin/key-routes";
import { askRoutes } from "./ask-routes";

function nameOf(list: KeyList): string {
  return list.type === "function" ? `function ${list.name}` : list.type;
}

/** Keys in memory, by list. */
function keysInMemory() {
  const lists = new Map<string, Map<string, string>>([
    ["host", new Map([["default", "h"]])],
    ["system", new Map([["_master", "m"]])],
  ]);
  const of = (list: KeyList) => lists.get(nameOf(list)) ?? new Map<string, string>();
  return {
    list: async (list: KeyList) => of(list),
    set: async (list: KeyList, name: string, value = "generated") => {
      const isNew = !of(list).has(name);
      lists.set(nameOf(list), new Map([...of(list), [name, value]]));
      return { value, isNew };
    },
    delete: async (list: KeyList, name: string) => {
      if (name === "_master") throw new DurableHostError("INVALID_ARGUMENT", "not that one");
      return of(list).delete(name);
    },
  };
}

function ask() {
  const routes = keyRoutes({ keys: keysInMemory(), hasFunction: (name) => name === "hello" });
  return (line: string, body?: unknown) => askRoutes(routes, line, body);
}

describe.each([
  "/admin/host/keys",
  "/admin/host/functionkeys",
  "/admin/host/systemkeys",
  "/admin/functions/hello/keys",
])("%s", (path) => {
  it("makes, shows, replaces and deletes a key [FH50]", async () => {
    const send = ask();
    const href = `http://localhost:7071${path}/mine`;
    const links = [{ rel: "self", href }];
    expect(await send(`PUT ${path}/mine`, { name: "mine", value: "v" })).toMatchObject({
      status: 201,
      headers: { Location: href },
      body: { name: "mine", value: "v", links },
    });
    expect(await send(`POST ${path}/mine`)).toMatchObject({
      status: 200,
      body: { name: "mine", value: "generated", links },
    });
    expect((await send(`GET ${path}/MINE`)).body).toMatchObject({ name: "mine", value: "generated" });
    expect((await send(`GET ${path}`)).body).toMatchObject({
      keys: expect.arrayContaining([{ name: "mine", value: "generated" }]),
      links: [{ rel: "self", href: `http://localhost:7071${path}` }],
    });
    expect((await send(`DELETE ${path}/mine`)).status).toBe(204);
    expect((await send(`DELETE ${path}/mine`)).status).toBe(404);
    expect((await send(`GET ${path}/mine`)).status).toBe(404);
  });
});

describe("keys", () => {
  it.each([undefined, {}, { name: "mine" }, { value: "" }, { value: 7 }, "text"])(
    "are not put without a value (%j)",
    async (body) => {
      expect((await ask()("PUT /admin/host/keys/mine", body)).status).toBe(400);
    },
  );

  it("of a function that the app does not have are nowhere", async () => {
    expect((await ask()("GET /admin/functions/nobody/keys")).status).toBe(404);
    expect((await ask()("POST /admin/functions/nobody/keys/x")).status).toBe(404);
  });

  it("have a master that can be seen and replaced, and not deleted", async () => {
    const send = ask();
    expect((await send("GET /admin/host/systemkeys/_master")).body).toMatchObject({ value: "m" });
    expect((await send("PUT /admin/host/systemkeys/_master", { value: "n" })).status).toBe(200);
    expect(await send("DELETE /admin/host/systemkeys/_master")).toMatchObject({
      status: 400,
      body: { message: "not that one" },
    });
  });
});
