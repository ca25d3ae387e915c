import { connectionName } from "../../storage-account/binding-connection";
import { bindingBlobPath, parseBlobPath } from "../../storage-account/blob-path";
import { storageErrorCode } from "../../storage-account/storage-errors";
import type { BindingInfo } from "../../worker/registered-function";
import { evaluateExpressions } from "../binding-expression";
import type { BindingServices, OutputBinding } from "../binding-type";
import { wholeOutput } from "../output-items";

/** `output.storageBlob`: writes a blob in the place of any that is there (contract §5.3). */
export function blobOutput(binding: BindingInfo, { settings, storage }: BindingServices): OutputBinding {
  const path = bindingBlobPath(binding, settings);
  const openService = storage.blobService(connectionName(binding, settings));
  return async (value, context) => {
    const output = wholeOutput(value);
    if (output === undefined) return;
    const content = typeof output === "string" ? Buffer.from(output) : output;
    const { container, blob } = parseBlobPath(evaluateExpressions(path, context));
    const containerClient = (await openService()).getContainerClient(container);
    const upload = () => containerClient.getBlockBlobClient(blob).uploadData(content);
    try {
      await upload();
    } catch (error) {
      if (storageErrorCode(error) !== "ContainerNotFound") throw error;
      await containerClient.createIfNotExists();
      await upload();
    }
  };
}
