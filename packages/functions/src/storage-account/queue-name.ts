import { DurableHostError } from "@durable-host/engine";

const NAME = /^[a-z0-9](?:-?[a-z0-9])*$/;
/** The rule of the service. */
const SHORTEST = 3;
const LONGEST = 63;
const POISON = "-poison";

/**
 * A queue's name as the service takes it: in lower case, like upstream.
 * @throws DurableHostError CONFIG_INVALID for what cannot be the name of a queue
 */
export function queueName(text: unknown): string {
  const name = typeof text === "string" ? text.toLowerCase() : "";
  if (NAME.test(name) && name.length >= SHORTEST && name.length <= LONGEST) return name;
  throw new DurableHostError(
    "CONFIG_INVALID",
    `${JSON.stringify(text)} is no queue name: it has ${SHORTEST} to ${LONGEST} letters, digits and single dashes between them.`,
  );
}

/** The queue for messages that cannot be processed; undefined where there is none (contract §5.2). */
export function poisonQueueName(name: string): string | undefined {
  return name.endsWith(POISON) || name.length + POISON.length > LONGEST ? undefined : `${name}${POISON}`;
}
