import type { BlobDownloadResponseParsed, BlobGetPropertiesResponse } from "@azure/storage-blob" with {
  "resolution-mode": "import",
};
import { contentData } from "../../storage-account/content-data";
import type { TriggerInvocation } from "../trigger-type";

export interface TriggeringBlob {
  /** `container/name` */
  readonly path: string;
  readonly url: string;
  readonly content: Buffer;
  readonly properties: BlobGetPropertiesResponse | BlobDownloadResponseParsed;
  /** What stands at the placeholders of the trigger's path. */
  readonly placeholders: Readonly<Record<string, string>>;
}

/** What a function is given for a blob: its content and what is known about it (contract §2.4). */
export function blobInvocation(blob: TriggeringBlob, dataType: unknown): TriggerInvocation {
  const { path, url, content, properties, placeholders } = blob;
  const { contentLength, contentType, contentEncoding, contentLanguage, cacheControl, lastModified } = properties;
  const described = {
    Length: contentLength,
    ContentType: contentType,
    ContentEncoding: contentEncoding,
    ContentLanguage: contentLanguage,
    CacheControl: cacheControl,
    ETag: properties.etag,
    LastModified: lastModified,
    BlobType: properties.blobType,
  };
  return {
    triggerData: contentData(content, dataType),
    triggerMetadata: {
      ...Object.fromEntries(Object.entries(placeholders).map(([name, value]) => [name, { string: value }])),
      BlobTrigger: { string: path },
      Uri: { string: url },
      Properties: { json: JSON.stringify(described) },
      Metadata: { json: JSON.stringify(properties.metadata ?? {}) },
    },
    reason: `New blob detected(LogsAndContainerScan): ${path}`,
  };
}
