import { ParleyError } from "@parley/protocol/errors";
import { settle } from "../../../sdk/test/harness/manual-clock.ts";
import type { FileRequest, SendFile } from "../../src/state/send-file.ts";

/** A file on its way, for the test to let arrive or not. */
export interface PendingFile {
  readonly request: FileRequest;
  accept(): Promise<void>;
  refuse(error: ParleyError): Promise<void>;
}

/** The files between one client and the server. */
export class Uploads {
  readonly files: PendingFile[] = [];

  readonly sendFile: SendFile = <T>(request: FileRequest) => {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const id = `FILE${this.files.length + 1}`;
    const name = new URL(request.url).searchParams.get("name");
    const attachment = { id, name, type: "image/png", bytes: request.body.size, width: 40, height: 30 };
    request.signal.addEventListener("abort", () => reject(new ParleyError("unavailable")));
    this.files.push({
      request,
      accept() {
        resolve(attachment as T);
        return settle();
      },
      refuse(error) {
        reject(error);
        return settle();
      },
    });
    return promise;
  };
}
