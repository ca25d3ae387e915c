/** Entry of an app worker process. The host speaks to it over file descriptor 3. */
import { Socket } from "node:net";
import path from "node:path";
import { Worker } from "node:worker_threads";
import { AppWorker } from "./app-worker";

const HOST_PIPE = 3;

let isWatched = false;

const worker = new AppWorker(new Socket({ fd: HOST_PIPE, readable: true, writable: true }), {
  env: process.env,
  exit: (code) => process.exit(code),
  watchHost,
});

process.on("uncaughtException", (error) => worker.crash(error));
process.on("exit", () => worker.flush());
// Ctrl+C reaches the whole process group. The host decides when a worker ends; it does so through the pipe.
process.on("SIGINT", () => undefined);
process.on("SIGTERM", () => undefined);

/** Without the app's Node flags and environment: what they load belongs to the app's thread only. */
function watchHost(): void {
  if (isWatched) return;
  isWatched = true;
  const file = path.join(__dirname, "host-watch-thread.js");
  new Worker(file, { execArgv: [], env: {}, resourceLimits: { maxOldGenerationSizeMb: 8, stackSizeMb: 1 } }).unref();
}
