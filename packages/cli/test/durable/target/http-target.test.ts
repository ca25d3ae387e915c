import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createHttpTarget } from "../../../src/durable/target/http-target";

let server: Server;
let origin: string;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
const seen: IncomingMessage[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    seen.push(request);
    answer(request, response);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
  seen.length = 0;
  answer = (_, response) => void response.end("{}");
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

const request = { method: "POST", path: ["instances", "i1", "terminate"] } as const;

describe("a host as a target", () => {
  it.each(["", "/", "?code=k3y", "/runtime/webhooks/durabletask/instances/i1?taskHub=H&code=k3y"])(
    "is found by its address with %j, whose key is sent and not shown",
    async (rest) => {
      const target = createHttpTarget({ url: origin + rest });
      expect(target.title).toBe(`the host at ${origin}`);

      await target.send(request);
      expect(seen[0]?.url).toBe("/runtime/webhooks/durabletask/instances/i1/terminate");
      expect(seen[0]?.headers["x-functions-key"]).toBe(rest.includes("code") ? "k3y" : undefined);
    },
  );

  it("gets the key that is given besides, rather than that of its address", async () => {
    await createHttpTarget({ url: `${origin}?code=old`, code: "new" }).send(request);
    expect(seen[0]?.headers["x-functions-key"]).toBe("new");
  });

  it("is not left for the place that it redirects to: the key is not for that one", async () => {
    answer = (_, response) => void response.writeHead(302, { Location: `http://elsewhere.test/login?x=1` }).end();
    await expect(createHttpTarget({ url: origin, code: "k3y" }).send(request)).rejects.toThrow(
      `the host at ${origin} sends to http://elsewhere.test/login. If that is right, say so: --url URL.`,
    );
    expect(seen).toHaveLength(1);
  });
});
