import type { HostResponse } from "@durable-host/functions";
import { hostAnswers } from "../../../src/durable/target/host-answers";
import { Listeners } from "../../server/exchange";

const listeners = new Listeners();
afterEach(() => listeners.closeAll());

async function answering(response: HostResponse): Promise<string> {
  const { port } = await listeners.listen(() => Promise.resolve(response));
  return `http://localhost:${port}`;
}

describe("whether a host answers", () => {
  it("is told by the state it is in, whichever that is", async () => {
    expect(await hostAnswers(await answering({ status: 200, headers: [], body: '{"state":"Starting"}' }))).toBe(true);
  });

  it("is told by its asking for the key", async () => {
    expect(await hostAnswers(await answering({ status: 401, headers: [] }))).toBe(true);
  });

  it.each(["<html></html>", '"state"', "null", '{"status":"ok"}'])("is denied by another answer: %s", async (body) => {
    expect(await hostAnswers(await answering({ status: 200, headers: [], body }))).toBe(false);
  });

  it("is denied by a port nobody listens on", async () => {
    const url = await answering({ status: 200, headers: [] });
    await listeners.closeAll();
    expect(await hostAnswers(url)).toBe(false);
  });
});
