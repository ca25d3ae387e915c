/** Entry of an app worker process. The host speaks to it over file descriptor 3. */
import { Socket } from "node:net";
import { AppWorker } from "./app-worker";

const HOST_PIPE = 3;

const worker = new AppWorker(new Socket({ fd: HOST_PIPE, readable: true, writable: true }), {
  env: process.env,
  exit: (code) => process.exit(code),
});

process.on("uncaughtException", (error) => worker.crash(error));
process.on("exit", () => worker.flush());
// Ctrl+C reaches the whole process group. The host decides when a worker ends; it does so through the pipe.
process.on("SIGINT", () => undefined);
process.on("SIGTERM", () => undefined);
