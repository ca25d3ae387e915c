import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";
import { fixtureApp, useAppHosts, waitForEnd } from "../fixtures/app-hosts";

const HOST_SCRIPT = path.join(__dirname, "..", "fixtures", "host-process.js");

describe("an app worker whose host is killed", () => {
  useAppHosts();

  it.each(["idle", "loop"])("ends by itself when it is %s", async (state) => {
    const host = spawn(process.execPath, [HOST_SCRIPT, fixtureApp("durable"), state], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = (await once(createInterface(host.stdout), "line")) as [string];
    host.kill("SIGKILL");
    await once(host, "close");
    await waitForEnd(Number(line));
  });
});
