import { createSignal } from "solid-js";

// Hours have two digits where the day has 24 of them, so that times stand below each other.
const { hourCycle } = new Intl.DateTimeFormat(undefined, { hour: "numeric" }).resolvedOptions();
const clock = new Intl.DateTimeFormat(undefined, {
  hour: hourCycle === "h23" ? "2-digit" : "numeric",
  minute: "2-digit",
});
const dayOfWeek = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const dayOfYear = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "long", year: "numeric" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "short" });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });

/** "09:31" */
export const formatClock = (at: string) => clock.format(new Date(at));
/** The same without "AM" and "PM", where there is no room for them. */
export function formatShortClock(at: string): string {
  const parts = clock.formatToParts(new Date(at)).filter(({ type }) => type !== "dayPeriod");
  return parts
    .map(({ value }) => value)
    .join("")
    .trim();
}
/** "20 November 2026" */
export const formatDate = (at: string) => dayOfYear.format(new Date(at));
/** "Friday, 20 November 2026 at 09:31" */
export const formatFull = (at: string) => full.format(new Date(at));

/** The day of a moment, here: the same for all moments between two midnights. */
export function dayOf(at: string): number {
  const date = new Date(at);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}

/** "Today", "Yesterday", "Thursday, 19 November", and the year when it is another. Follows midnight. */
export function formatDay(day: number): string {
  const date = new Date(day);
  const now = new Date(today());
  const days = Math.round((today() - day) / dayMs);
  if (days === 0 || days === 1) return capital(relative.format(-days, "day"));
  return (date.getFullYear() === now.getFullYear() ? dayOfWeek : dayOfYear).format(date);
}

/** "3 minutes ago", for things of the recent past; a date for older ones. */
export function formatAgo(at: string, now: number = Date.now()): string {
  const minutes = Math.round((now - Date.parse(at)) / 60_000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return relative.format(-minutes, "minute");
  if (minutes < 24 * 60) return relative.format(-Math.round(minutes / 60), "hour");
  const days = Math.round(minutes / (24 * 60));
  return days < 30 ? relative.format(-days, "day") : formatDate(at);
}

const dayMs = 24 * 60 * 60 * 1000;
const startOfToday = () => dayOf(new Date().toISOString());
const [today, setToday] = createSignal(startOfToday());
// A sleeping computer skips timers, so this looks each minute rather than once at midnight.
setInterval(() => setToday(startOfToday()), 60_000);

const capital = (text: string) => text.charAt(0).toLocaleUpperCase() + text.slice(1);
