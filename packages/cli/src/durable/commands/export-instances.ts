import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { errorText, type ExportedInstance, type InstanceExport } from "@durable-host/engine";
import { flag, text } from "../command-options";
import { CommandFailure } from "../command-failure";
import { defineCommand, type CommandContext } from "../durable-command";

export const exportInstances = defineCommand({
  name: "export",
  description: "record instances with their whole history, for a replay in a test",
  instances: "many",
  options: {
    out: text("-o, --out <file>", "write to this file (default: standard output)"),
    recursive: flag("--recursive", "also the orchestrations they have started"),
  },
  examples: [
    ["order-7 --out test/histories/order-7.json", "one instance into a file"],
    ["order-7 order-8 --recursive > orders.json", "several, with their sub-orchestrations"],
  ],
  async run(context, { out, recursive }) {
    const document = await exportAll(context, recursive);
    if (out === undefined) return { json: document, lines: () => [JSON.stringify(document, null, 2)] };
    const file = resolve(out);
    write(file, document);
    const exported = document.instances.map(({ instanceId }) => instanceId);
    return { json: { file, instances: exported }, lines: () => [`Exported ${exported.join(", ")} to ${file}.`] };
  },
});

/** Each instance once, also when it belongs to several that were asked for. */
async function exportAll({ client, instanceIds }: CommandContext, recursive: boolean): Promise<InstanceExport> {
  const instances = new Map<string, ExportedInstance>();
  let first: InstanceExport | undefined;
  for (const id of instanceIds) {
    const document = await client.export(id, recursive);
    first ??= document;
    for (const instance of document.instances) instances.set(instance.instanceId, instance);
  }
  if (first === undefined) throw new CommandFailure("Name the instances to export.");
  return { ...first, instances: [...instances.values()] };
}

function write(file: string, document: InstanceExport): void {
  try {
    writeFileSync(file, `${JSON.stringify(document, null, 2)}\n`);
  } catch (error) {
    const reason = errorText(error);
    throw new CommandFailure(`The export cannot be written to ${file}: ${reason}.`, { cause: error });
  }
}
