import { ParleyError } from "@parley/protocol/errors";
import { toError } from "@parley/sdk/http";

/** One request whose body is the bytes of a file. */
export interface FileRequest {
  readonly method: "POST" | "PUT";
  readonly url: string;
  readonly body: Blob;
  /** How much of it is gone, from 0 to 1. */
  readonly onProgress: (part: number) => void;
  readonly signal: AbortSignal;
}

/** Resolves with the answer. Every failure is a `ParleyError`; what did not get through, or was given up, `unavailable`. */
export type SendFile = <T>(request: FileRequest) => Promise<T>;

/** Through XMLHttpRequest: `fetch` does not tell how far an upload has got. */
export const sendFile: SendFile = ({ method, url, body, onProgress, signal }) =>
  new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const fail = () => reject(new ParleyError("unavailable", "The server cannot be reached."));
    request.open(method, url);
    request.setRequestHeader("content-type", "application/octet-stream");
    request.upload.addEventListener("progress", ({ loaded, total }) => total > 0 && onProgress(loaded / total));
    for (const end of ["error", "abort", "timeout"]) request.addEventListener(end, fail);
    request.addEventListener("load", () => {
      const { status, responseText } = request;
      if (status >= 200 && status < 300) resolve(JSON.parse(responseText));
      else reject(toError(status, responseText));
    });
    signal.addEventListener("abort", () => request.abort());
    request.send(body);
  });
