/**
 * Runs on a thread of the app worker, with an event loop of its own: ends the process when the host's end of the pipe
 * is closed. The main thread does so too, unless app code holds it in an endless loop; then only this is left.
 */
import { Socket } from "node:net";

/** A pipe nobody ever writes to; its end is the message. */
const HOST_LIFE_PIPE = 4;

const pipe = new Socket({ fd: HOST_LIFE_PIPE, readable: true, writable: false });
pipe.on("error", () => undefined);
pipe.on("close", () => process.kill(process.pid, "SIGKILL"));
pipe.resume();
