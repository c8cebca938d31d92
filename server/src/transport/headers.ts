/** The headers of every response. No script or style but our own files, nothing framed, nothing sniffed, nothing leaked. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self' blob: data:",
  "media-src 'self' blob:",
  "connect-src 'self'",
  "worker-src 'self'",
  "manifest-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "object-src 'none'",
  "frame-src 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types app",
].join("; ");

const always: readonly (readonly [string, string])[] = [
  ["content-security-policy", policy],
  ["x-content-type-options", "nosniff"],
  ["referrer-policy", "no-referrer"],
  ["cross-origin-opener-policy", "same-origin"],
  ["cross-origin-resource-policy", "same-origin"],
  ["cross-origin-embedder-policy", "require-corp"],
  ["permissions-policy", "geolocation=(), camera=(self), microphone=(self), payment=(), usb=()"],
  ["x-frame-options", "DENY"],
];

/** Adds what every response carries. What may hold someone's data is never stored by a cache. */
export function secure(headers: Headers, https: boolean): void {
  for (const [name, value] of always) if (!headers.has(name)) headers.set(name, value);
  if (https) headers.set("strict-transport-security", "max-age=63072000; includeSubDomains");
  if (!headers.has("cache-control")) headers.set("cache-control", "no-store");
}
