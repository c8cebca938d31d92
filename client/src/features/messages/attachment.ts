import type { Attachment } from "@parley/protocol/model";

export const fileUrl = ({ id }: Attachment): string => `/api/files/${id}`;
export const thumbnailUrl = ({ id }: Attachment): string => `/api/files/${id}/thumbnail`;

/** Whether the server can show it as a picture. */
export const hasPicture = ({ width, height }: Attachment): boolean => width !== undefined && height !== undefined;

const widest = 420;
const highest = 320;
/** Of a line a pixel high one still sees something, and can press it. */
const least = 48;

/** The place of a single picture: within bounds, never larger than it is, and known before it is loaded. */
export function shownSize({ width = 1, height = 1 }: Attachment): { readonly width: number; readonly height: number } {
  const scale = Math.min(1, widest / width, highest / height);
  return { width: Math.max(least, Math.round(width * scale)), height: Math.max(least, Math.round(height * scale)) };
}
