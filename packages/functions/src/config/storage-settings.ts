import { supported, type SettingTable } from "./setting";
import { choice, interval, wholeNumber } from "./setting-type";

const count = wholeNumber(1);

/** `extensions.queues` and `extensions.blobs` of host.json. */
export const STORAGE_SETTINGS = {
  "extensions.queues.batchSize": supported(wholeNumber(1, 32), 16, "Messages that a queue trigger takes at a time."),
  "extensions.queues.newBatchThreshold": supported(
    wholeNumber(0),
    undefined,
    "Runs that may be left of them when the next ones are taken.",
    "half of `batchSize`",
  ),
  "extensions.queues.maxDequeueCount": supported(
    count,
    5,
    "Runs of a message that fails before it goes to the queue `<name>-poison`.",
  ),
  "extensions.queues.maxPollingInterval": supported(
    interval(100),
    undefined,
    "Longest pause between looks at an empty queue.",
    "00:01:00; in Development 00:00:02",
  ),
  "extensions.queues.visibilityTimeout": supported(
    interval(0),
    0,
    "How long a message that failed waits for its next run.",
  ),
  "extensions.queues.lockTimeout": supported(
    interval(2000),
    60_000,
    "How long the messages of a host that died stay hidden from the others. While it runs it keeps them hidden. An addition of this host.",
  ),
  "extensions.queues.messageEncoding": supported(
    choice("base64", "none"),
    "base64",
    "How the text of messages is written, by triggers and outputs.",
  ),
  "extensions.blobs.maxDegreeOfParallelism": supported(
    count,
    undefined,
    "Blobs for which a blob trigger runs its function at the same time.",
    "8 × processors",
  ),
  "extensions.blobs.poisonBlobThreshold": supported(
    count,
    5,
    "Runs of a blob that fails before it is noted in the queue `webjobs-blobtrigger-poison`.",
  ),
} satisfies SettingTable;
