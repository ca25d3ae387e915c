import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { QueueClient } from "@azure/storage-queue";
import { freePort, silentLogger, waitUntil } from "@durable-host/testkit";
import { StorageEmulator, type EmulatorPorts } from "../../dist/emulator/storage-emulator";

const REPOSITORY = resolve(__dirname, "../../../..");
const KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

let folder: string;
let ports: EmulatorPorts;
let said: string[];
const emulators: StorageEmulator[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "durable-host-emulator-"));
  ports = { blob: await freePort(), queue: await freePort(), table: await freePort() };
  said = [];
});

afterEach(async () => {
  await Promise.all(emulators.splice(0).map((emulator) => emulator.stop()));
  rmSync(folder, { recursive: true, force: true });
});

function emulatorOf(appRoot: string): StorageEmulator {
  const say = (message: string): void => void said.push(message);
  const logger = { ...silentLogger, info: say, warn: say, error: say };
  const emulator = new StorageEmulator({ appRoot, folder: join(folder, "azurite"), logger, ports });
  emulators.push(emulator);
  return emulator;
}

function queue(): QueueClient {
  const account = `DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=${KEY}`;
  return new QueueClient(`${account};QueueEndpoint=http://127.0.0.1:${ports.queue}/devstoreaccount1`, "orders");
}

async function listens(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/`).then(
    () => true,
    () => false,
  );
}

describe("the storage emulator", () => {
  it("is started when it is needed, says so, keeps what it was given, and ends with the host", async () => {
    const first = emulatorOf(REPOSITORY);
    await Promise.all([first.ready(), first.ready()]);
    expect(said).toEqual([expect.stringMatching(/^Started Azurite, the storage emulator, in [\d.]+ s .*azurite\.$/)]);
    await queue().create();
    await queue().sendMessage("kept");
    await first.stop();
    expect(await listens(ports.queue)).toBe(false);

    await emulatorOf(REPOSITORY).ready();
    const { peekedMessageItems } = await queue().peekMessages();
    expect(peekedMessageItems.map(({ messageText }) => messageText)).toEqual(["kept"]);
  });

  it("ends, too, when its host is killed", async () => {
    const script = `
      const { StorageEmulator } = require(${JSON.stringify(resolve(__dirname, "../../dist/emulator/storage-emulator"))});
      const logger = { info: () => process.stdout.write("ready"), warn: console.error };
      void new StorageEmulator(${JSON.stringify({ appRoot: REPOSITORY, folder, ports })
        .slice(0, -1)
        .concat(",logger}")}).ready();`;
    const host = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
    await new Promise((done) => host.stdout.once("data", done));
    expect(await listens(ports.queue)).toBe(true);
    host.kill("SIGKILL");
    await waitUntil("the emulator to end", async () => ((await listens(ports.queue)) ? undefined : true));
  });

  it("is left to whoever has started one", async () => {
    const other = createServer().listen(ports.table, "127.0.0.1");
    await new Promise((done) => other.once("listening", done));
    await emulatorOf(REPOSITORY).ready();
    other.close();
    expect(said).toEqual([]);
    expect(existsSync(join(folder, "azurite"))).toBe(false);
  });

  it("is missed in words that say how to get it, when the app has none", async () => {
    await emulatorOf(folder).ready();
    expect(said).toEqual([expect.stringContaining('"npm install --save-dev azurite" adds it')]);
  });

  it("is not started any more by a host that stops", async () => {
    const emulator = emulatorOf(REPOSITORY);
    await emulator.stop();
    await emulator.ready();
    expect(said).toEqual([]);
  });
});
