/**
 * The process in which Azurite runs: it ends with the host, however the host ended. Arguments: Azurite's main file, then its own.
 * It is told to stop as by SIGTERM, so that it saves what it still holds in memory.
 */
const LONGEST_STOP_MS = 3000;

process.once("disconnect", () => {
  process.kill(process.pid, "SIGTERM");
  setTimeout(() => process.exit(0), LONGEST_STOP_MS).unref();
});

const [node = "", , main = "", ...given] = process.argv;
process.argv = [node, main, ...given];
void import(main);
