/* Moments as the person at the page reads them: in the time zone of their Slack profile, and with the clock of 12 or of
   24 hours that is usual where they are at home. `reader` is a person with `tz` and `locale`. */

const DAY = 86_400_000;
const NAMED = {
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
};

export const momentOf = (ts) => Number(ts) * 1000;

const format = (moment, tz, options) =>
  new Intl.DateTimeFormat("en-US", { timeZone: tz || "UTC", ...options }).format(moment);

/** The hours of the reader's clock; what is written beside them is English, as Slack is here. */
const hours = (locale) => {
  const { hourCycle } = new Intl.DateTimeFormat(locale || "en-US", { hour: "numeric" }).resolvedOptions();
  return hourCycle.startsWith("h1") ? { hour: "numeric", hourCycle: "h12" } : { hour: "2-digit", hourCycle: "h23" };
};
const clock = (moment, { tz, locale }, options) =>
  format(moment, tz, { minute: "2-digit", ...hours(locale), ...options });

export const timeOfDay = (moment, reader) => clock(moment, reader);
export const dayAndTime = (moment, reader) =>
  clock(moment, reader, { weekday: "short", day: "numeric", month: "short" });
export const zoneName = (moment, tz) => format(moment, tz, { timeZoneName: "short" }).split(" ").pop();

/** The local date as YYYY-MM-DD: equal for two moments of the same day. */
export const dayOf = (moment, tz) => localInput(moment, tz).slice(0, 10);

export function dayName(moment, now, tz) {
  const day = dayOf(moment, tz);
  if (day === dayOf(now, tz)) return "Today";
  if (day === dayOf(now - DAY, tz)) return "Yesterday";
  const sameYear = day.slice(0, 4) === dayOf(now, tz).slice(0, 4);
  return format(moment, tz, {
    weekday: "long",
    month: "long",
    day: "numeric",
    ...(sameYear ? {} : { year: "numeric" }),
  });
}

function localParts(moment, tz) {
  const parts = new Intl.DateTimeFormat("en-CA", { timeZone: tz || "UTC", hourCycle: "h23", ...NAMED }).formatToParts(
    moment,
  );
  return Object.fromEntries(parts.map(({ type, value }) => [type, value]));
}

/** A moment as <input type="datetime-local"> writes it, on the wall clock of the zone. */
export function localInput(moment, tz) {
  const { year, month, day, hour, minute } = localParts(moment, tz);
  return `${year}-${month}-${day}T${hour}:${minute}`;
}

/** The moment at which the wall clock of the zone shows this text: the way back from `localInput`. */
export function momentAt(text, tz) {
  const wall = Date.parse(`${text}Z`);
  const behind = (moment) => Date.parse(`${localInput(moment, tz)}Z`) - moment;
  // The first guess may be on the other side of a clock change; the second is right.
  const guess = wall - behind(wall);
  return wall - behind(guess);
}

export const tomorrowAt = (time, now, tz) =>
  momentAt(`${dayOf(momentAt(`${dayOf(now, tz)}T12:00`, tz) + DAY, tz)}T${time}`, tz);

/** "December 3rd, 2026": Slack says which day of the month it is, in all but the short form. */
function ordinal(moment, tz, options) {
  const parts = new Intl.DateTimeFormat("en-US", { timeZone: tz || "UTC", ...options }).formatToParts(moment);
  return parts.map(({ type, value }) => (type === "day" ? `${value}${ending(Number(value))}` : value)).join("");
}

const ending = (day) => (day % 100 > 10 && day % 100 < 14 ? "th" : ["th", "st", "nd", "rd"][day % 10] || "th");

const DATE_WORDS = {
  date_num: (moment, { tz }) => dayOf(moment, tz),
  date: (moment, { tz }) => ordinal(moment, tz, { dateStyle: "long" }),
  date_short: (moment, { tz }) => format(moment, tz, { dateStyle: "medium" }),
  date_long: (moment, { tz }) => ordinal(moment, tz, { dateStyle: "full" }),
  time: timeOfDay,
  time_secs: (moment, reader) => clock(moment, reader, { second: "2-digit" }),
};

const SPANS = [
  ["year", 365],
  ["month", 30],
  ["day", 1],
  ["hour", 1 / 24],
  ["minute", 1 / 1440],
].map(([name, days]) => [name, days * DAY]);

/** "3 minutes ago", "2 months ago", "in 4 hours": whole units of the largest kind that fits. */
export function relative(moment, now) {
  const away = Math.abs(now - moment);
  const [name, length] = SPANS.find(([, span]) => away >= span) || [];
  if (!name) return "just now";
  const count = Math.floor(away / length);
  const said = `${count} ${name}${count === 1 ? "" : "s"}`;
  return moment > now ? `in ${said}` : `${said} ago`;
}

/** "today", "yesterday" or "tomorrow" on the reader's own calendar, else nothing. */
function nearDay(moment, now, tz) {
  const noon = (at) => Date.parse(`${dayOf(at, tz)}T12:00Z`);
  return { 0: "today", 1: "tomorrow", [-1]: "yesterday" }[Math.round((noon(moment) - noon(now)) / DAY)] || "";
}

/** Slack's <!date^…>: words in braces stand for parts of the moment; `_pretty` ones name a near day. */
export function slackDate(ts, pattern, now, reader) {
  const moment = momentOf(ts);
  return pattern.replace(/\{(\w+)\}/g, (whole, word) => {
    const plain = word.replace("_pretty", "");
    if (word === "ago") return relative(moment, now);
    if (!DATE_WORDS[plain]) return whole;
    const near = word.endsWith("_pretty") ? nearDay(moment, now, reader.tz) : "";
    return near || DATE_WORDS[plain](moment, reader);
  });
}
