import { errorText, type Logger } from "@durable-host/engine";

/** What a listener listens to; undefined when it cannot be opened, which is reported. */
export async function openOrReport<Opened>(
  open: () => Promise<Opened>,
  functionName: string,
  logger: Logger,
): Promise<Opened | undefined> {
  try {
    return await open();
  } catch (error) {
    logger.error(`The function "${functionName}" is not triggered: ${errorText(error)}`);
    return undefined;
  }
}
