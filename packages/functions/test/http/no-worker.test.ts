import { rm } from "node:fs/promises";
import path from "node:path";
import { ManualClock, waitUntil } from "@durable-host/testkit";
import type { HostResponse } from "../../src/http/types";
import { LONGEST_REQUEST_WAIT_MS, MOST_WAITING_REQUESTS } from "../../src/pool/waiting-calls";
import { useAppHosts, type TestHost } from "../fixtures/app-hosts";

/** An app that cannot be loaded as long as there is a file that its first run leaves behind. */
const APP = `
const { existsSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");
const { app } = require("@azure/functions");
const broken = join(__dirname, "broken");
if (existsSync(broken)) throw new Error("broken for good");
app.http("hello", { handler: () => ({ body: "hello" }) });
app.http("crash", { handler: () => { writeFileSync(broken, ""); process.exit(1); } });
`;

const hosts = useAppHosts();

/** A host whose only worker has ended, and cannot be replaced until the app is mended. */
async function withoutWorker() {
  const appRoot = await hosts.writeApp({ "package.json": `{"main":"index.js"}`, "index.js": APP });
  const clock = new ManualClock();
  const test = await hosts.start({ appRoot, clock });
  expect((await get(test, "crash"))?.status).toBe(500);
  return { ...test, clock, mend: () => rm(path.join(appRoot, "broken")) };
}

function get({ host }: Pick<TestHost, "host">, name: string): Promise<HostResponse | undefined> {
  const url = new URL(`http://localhost:7071/api/${name}`);
  const body = (async function* () {})();
  return host.http({ method: "GET", url, headers: {}, body, signal: new AbortController().signal });
}

const refusal = (why: string): HostResponse => ({
  status: 503,
  headers: [
    ["Content-Type", "text/plain; charset=utf-8"],
    ["Retry-After", "10"],
  ],
  body: `No app worker is ready to run the function, and ${why}. The host goes on starting workers, and its log tells why they end. Try again later.`,
});

describe("requests for an app that cannot be loaded again", () => {
  it("are told so after a while, and the log says so once", async () => {
    const test = await withoutWorker();
    const waiting = Promise.all([get(test, "hello"), get(test, "hello")]);
    await test.log.waitFor("broken for good");
    test.clock.advance(LONGEST_REQUEST_WAIT_MS);
    const late = refusal("none has been for 30 seconds");
    expect(await waiting).toEqual([late, late]);
    const told = test.log.records.filter(({ message }) => message.includes("answered 503"));
    expect(told).toEqual([expect.objectContaining({ level: "warn", category: "Host.Workers" })]);
  });

  it("are refused at once when too many wait already", async () => {
    const test = await withoutWorker();
    const waiting = Array.from({ length: MOST_WAITING_REQUESTS }, () => get(test, "hello"));
    expect(await get(test, "hello")).toEqual(refusal("1000 requests wait for one already"));
    test.clock.advance(LONGEST_REQUEST_WAIT_MS);
    const answers = await Promise.all(waiting);
    expect(new Set(answers.map((answer) => answer?.status))).toEqual(new Set([503]));
  });

  it("are answered when it can be loaded in time", async () => {
    const test = await withoutWorker();
    const waiting = get(test, "hello");
    await test.log.waitFor("broken for good");
    await test.mend();
    await waitUntil("the app to be loaded again", () => {
      test.clock.advance(1);
      return test.log.records.some(({ message }) => message.includes("has replaced the one that ended"))
        ? true
        : undefined;
    });
    expect(await waiting).toMatchObject({ status: 200 });
  });
});
