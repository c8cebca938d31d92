/** The addresses of all screens. */
export type Route =
  | { readonly screen: "home" }
  | { readonly screen: "room"; readonly slug: string; readonly details: boolean }
  | { readonly screen: "sign-in" }
  | { readonly screen: "sign-up" }
  | { readonly screen: "invite"; readonly code: string }
  | { readonly screen: "browse" }
  | { readonly screen: "unread" }
  | { readonly screen: "people" }
  | { readonly screen: "search" }
  | { readonly screen: "admin"; readonly section: string }
  | { readonly screen: "reset" }
  | { readonly screen: "forgot" }
  | { readonly screen: "verify" }
  | { readonly screen: "unknown" };

export const homePath = "/";
export const unreadPath = "/unread";
export const forgotPath = "/forgot";
export const browsePath = "/browse";
export const peoplePath = "/people";
/** The search is its address. */
export const searchPath = (query: string) =>
  query.trim() === "" ? "/search" : `/search?q=${encodeURIComponent(query)}`;
export const adminPath = (section = "overview") => `/admin/${section}`;
export const roomPath = (slug: string) => `/rooms/${encodeURIComponent(slug)}`;
export const detailsPath = (slug: string) => `${roomPath(slug)}/details`;
export const invitePath = (code: string) => `/invite/${encodeURIComponent(code)}`;
/** One message of a room, by its number. */
export const messagePath = (slug: string, id: number) => `${roomPath(slug)}#m${id}`;

/** Where to go after signing in or up: to a path, or through an invite. */
export interface Next {
  readonly to?: string;
  readonly invite?: string;
}

export function parseNext(search: URLSearchParams): Next {
  const [to, invite] = [search.get("next"), search.get("invite")];
  return { ...(to ? { to } : {}), ...(invite ? { invite } : {}) };
}

export function signInPath(screen: "sign-in" | "sign-up", next: Next): string {
  const query = new URLSearchParams();
  if (next.invite) query.set("invite", next.invite);
  if (next.to && next.to !== homePath) query.set("next", next.to);
  return query.size === 0 ? `/${screen}` : `/${screen}?${query}`;
}

export function parseRoute(pathname: string): Route {
  const parts = pathname.split("/").filter(Boolean).map(decode);
  const [first = "", second = "", third] = parts;
  switch (parts.length) {
    case 0:
      return { screen: "home" };
    case 1:
      if (first === "sign-in" || first === "sign-up" || first === "browse" || first === "people" || first === "search")
        return { screen: first };
      if (first === "reset" || first === "forgot" || first === "verify" || first === "unread") return { screen: first };
      if (first === "admin") return { screen: "admin", section: "overview" };
      return { screen: first === "rooms" ? "home" : "unknown" };
    case 2:
      if (first === "rooms") return { screen: "room", slug: second, details: false };
      if (first === "admin") return { screen: "admin", section: second };
      return first === "invite" ? { screen: "invite", code: second } : { screen: "unknown" };
    case 3:
      if (first === "rooms" && third === "details") return { screen: "room", slug: second, details: true };
      return { screen: "unknown" };
    default:
      return { screen: "unknown" };
  }
}

/** A path that certainly stays on this origin; "/" for anything else. */
export function toSafePath(path: string | undefined): string {
  const origin = "https://here.invalid";
  const url = path?.startsWith("/") ? URL.parse(path, origin) : null;
  return url?.origin === origin ? url.pathname + url.search + url.hash : homePath;
}

/** The number in `#m42`. */
export function parseMessageHash(hash: string): number | null {
  const match = /^#m([1-9]\d{0,15})$/.exec(hash);
  return match ? Number(match[1]) : null;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
