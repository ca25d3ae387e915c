import { DurableClient, type InstanceConditions } from "../../src/durable/durable-client";
import type { ManagementAnswer, ManagementRequest, ManagementTarget } from "../../src/durable/target/management-target";
import { pathAndQuery } from "../../src/durable/target/management-target";

/** A target that gives prepared answers, in order, and keeps what it was asked. */
class ScriptedTarget implements ManagementTarget {
  readonly title = "the host at http://shop";
  readonly isOffline = false;
  readonly requests: ManagementRequest[] = [];
  readonly #answers: Partial<ManagementAnswer>[];

  constructor(...answers: Partial<ManagementAnswer>[]) {
    this.#answers = answers;
  }

  send(request: ManagementRequest): Promise<ManagementAnswer> {
    this.requests.push(request);
    return Promise.resolve({ status: 200, headers: {}, text: "", ...this.#answers.shift() });
  }

  deleteTaskHub(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** What the client says about an answer to `terminate`. */
async function refusal(answer: Partial<ManagementAnswer>): Promise<string> {
  const client = new DurableClient(new ScriptedTarget(answer));
  const error: unknown = await client.terminate("order-7", undefined, false).catch((thrown: unknown) => thrown);
  return (error as Error).message;
}

function status(instanceId: string, name: string): object {
  return { instanceId, name, runtimeStatus: "Running" };
}

describe("a request", () => {
  it("is encoded, with lists repeated and absent values left out", () => {
    expect(
      pathAndQuery({ path: ["instances", "a/b c"], query: { tag: ["x:1", "y:2"], top: "5", name: undefined } }),
    ).toBe("instances/a%2Fb%20c?tag=x%3A1&tag=y%3A2&top=5");
    expect(pathAndQuery({ path: ["entities", "$clean"] })).toBe("entities/$clean");
  });

  it.each([".", ".."])("is not made for the name %s, which would lead elsewhere", (name) => {
    expect(() => pathAndQuery({ path: ["instances", name] })).toThrow(`'${name}' names nothing`);
  });
});

describe("an answer that refuses", () => {
  it.each([
    [{ status: 401 }, /without the right key.*--code/],
    [{ status: 404 }, /No instance with ID 'order-7' found in the host at http:\/\/shop.*get-instances/],
    [{ status: 410 }, /'order-7' has already ended; .*get-runtime-status --id order-7/],
    [{ status: 412, text: "Only failed ones." }, /^Only failed ones\.$/],
    [{ status: 400, text: '{"Message":"Bad","ExceptionMessage":"No such name."}' }, /^No such name\.$/],
    [{ status: 500, text: '{"Message":"Something went wrong"}' }, /^Something went wrong$/],
    [{ status: 400, text: '"Please provide a value."' }, /^Please provide a value\.$/],
    [{ status: 502, text: "<html>Bad gateway</html>" }, /^<html>Bad gateway<\/html>$/],
    [{ status: 400, text: "[1]" }, /^\[1\]$/],
    [{ status: 503 }, /^No reason was given: the host at http:\/\/shop answered 503\. /],
  ])("%j is put into words", async (answer, words) => {
    expect(await refusal(answer)).toMatch(words);
  });

  it("names what is missing when it is no instance", async () => {
    const client = new DurableClient(new ScriptedTarget({ status: 404 }));
    await expect(client.signalEntity("counter", "", "add")).rejects.toThrow("Nothing found at entities/counter/$");
  });

  it("tells that a host has no such view, when the instance is there", async () => {
    const found = { status: 202, text: JSON.stringify(status("order-7", "f")) };
    const client = new DurableClient(new ScriptedTarget({ status: 404 }, found));
    await expect(client.explain("order-7", 5)).rejects.toThrow(/'order-7' is there, but .* does not offer 'explain'/);
  });

  it("is told from an answer of something else", async () => {
    const client = new DurableClient(new ScriptedTarget({ text: "<html>Welcome</html>" }));
    await expect(client.get("order-7")).rejects.toThrow(/<html>Welcome<\/html>\n.*is it a Functions host\?/);
  });

  it("is told from a recorded instance", async () => {
    const client = new DurableClient(new ScriptedTarget({ text: '{"hello":"there"}' }));
    await expect(client.export("order-7", false)).rejects.toThrow(/The answer of .* is no recorded history/);
  });
});

describe("a list", () => {
  it("holds only what fits, when a host ignores the conditions it does not know", async () => {
    const page = [status("order-1", "f"), status("order-2", "g"), status("other", "f")];
    const client = new DurableClient(new ScriptedTarget({ text: JSON.stringify(page) }));
    const { instances } = await client.list({ name: "f", prefix: "order-", top: 10, showInput: false });
    expect(instances.map(({ instanceId }) => instanceId)).toEqual(["order-1"]);
  });

  it("finds names in any case, and needs every tag", async () => {
    const page = [
      { ...status("1", "ProcessOrder"), tags: { tenant: "acme", at: "10:30" } },
      { ...status("2", "processOrder"), tags: { tenant: "acme" } },
      status("3", "processOrder"),
    ];
    const list = async (conditions: InstanceConditions) => {
      const client = new DurableClient(new ScriptedTarget({ text: JSON.stringify(page) }));
      const { instances } = await client.list({ ...conditions, top: 10, showInput: false });
      return instances.map(({ instanceId }) => instanceId);
    };
    expect(await list({ name: "PROCESSORDER" })).toEqual(["1", "2", "3"]);
    expect(await list({ tags: ["tenant:acme"] })).toEqual(["1", "2"]);
    expect(await list({ tags: ["tenant:acme", "at:10:30"] })).toEqual(["1"]);
  });

  it("is read page by page, until there are enough", async () => {
    const page = (from: number, size: number) =>
      JSON.stringify(Array.from({ length: size }, (_, index) => status(`i${from + index}`, "f")));
    const token = (value: string) => ({ "x-ms-continuation-token": value });
    const target = new ScriptedTarget(
      { text: page(0, 500), headers: token("t1") },
      { text: page(500, 500), headers: token("t2") },
      { text: page(1000, 200), headers: token("t3") },
    );
    const list = await new DurableClient(target).list({ top: 1200, showInput: false });

    expect(list.instances).toHaveLength(1200);
    expect(list.continuationToken).toBe("t3");
    expect(target.requests.map(({ query }) => query?.["top"])).toEqual(["500", "500", "200"]);
    expect(target.requests.map(({ headers }) => headers)).toEqual([{}, token("t1"), token("t2")]);
  });
});

describe("a purge", () => {
  it("names the beginning of time, which the API insists on, and asks for no recursion unless told to", async () => {
    const target = new ScriptedTarget(
      { status: 404 },
      { text: '{"instancesDeleted":3,"instancesLeftRunning":["child"]}' },
    );
    const client = new DurableClient(target);
    expect(await client.purgeAll({}, false)).toEqual({ instancesDeleted: 0 });
    expect(await client.purgeAll({}, true)).toEqual({ instancesDeleted: 3, instancesLeftRunning: ["child"] });
    expect(target.requests.map(({ query }) => [query?.["createdTimeFrom"], query?.["recursive"]])).toEqual([
      ["1970-01-01T00:00:00Z", undefined],
      ["1970-01-01T00:00:00Z", "true"],
    ]);
  });
});
