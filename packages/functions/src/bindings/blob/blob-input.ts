import { connectionName } from "../../storage-account/binding-connection";
import { bindingBlobPath, parseBlobPath } from "../../storage-account/blob-path";
import { contentData } from "../../storage-account/content-data";
import { storageErrorStatus } from "../../storage-account/storage-errors";
import type { BindingInfo } from "../../worker/registered-function";
import { evaluateExpressions } from "../binding-expression";
import type { BindingServices, InputBinding } from "../binding-type";

/** `input.storageBlob`: the content of a blob; null when there is none (contract §5.3). */
export function blobInput(binding: BindingInfo, { settings, storage }: BindingServices): InputBinding {
  const path = bindingBlobPath(binding, settings);
  const openService = storage.blobService(connectionName(binding, settings));
  return async (context) => {
    const { container, blob } = parseBlobPath(evaluateExpressions(path, context));
    const service = await openService();
    try {
      const content = await service.getContainerClient(container).getBlobClient(blob).downloadToBuffer();
      return contentData(content, binding["dataType"]);
    } catch (error) {
      if (storageErrorStatus(error) === 404) return { json: "null" };
      throw error;
    }
  };
}
