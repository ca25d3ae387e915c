import { spawn, type ChildProcess } from "node:child_process";
import path from "node:path";
import type { Init } from "../wire/messages";

/** Settings that Node reads while it starts, before the init message could tell it. */
const READ_AT_START = /^(NODE_|TZ$|SSL_|UV_|OPENSSL_)/;

/** Starts the process of an app worker, with the pipe for messages and the one whose end says that the host is gone. */
export function startNode({ appRoot, settings }: Init, nodeArguments: readonly string[]): ChildProcess {
  const early = Object.entries(settings).filter(([name]) => READ_AT_START.test(name));
  return spawn(process.execPath, [...nodeArguments, workerEntry()], {
    cwd: appRoot,
    env: { ...process.env, ...Object.fromEntries(early) },
    // 3: messages. 4: silent; its end tells the worker's watching thread that the host is gone.
    stdio: ["ignore", "pipe", "pipe", "pipe", "pipe"],
    windowsHide: true,
  });
}

/** The compiled entry, also when this file runs from its source in a test. */
function workerEntry(): string {
  return path.join(__dirname, "..", "..", "dist", "worker", "main.js");
}
