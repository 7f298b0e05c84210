/* Moments as the person at the page reads them: in the time zone of their Slack profile. */

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

export const timeOfDay = (moment, tz) => format(moment, tz, { hour: "numeric", minute: "2-digit" });
export const dayAndTime = (moment, tz) =>
  format(moment, tz, { weekday: "short", day: "numeric", month: "short", hour: "numeric", minute: "2-digit" });
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

const DATE_WORDS = {
  date_num: (moment, tz) => dayOf(moment, tz),
  date: (moment, tz) => format(moment, tz, { dateStyle: "long" }),
  date_short: (moment, tz) => format(moment, tz, { dateStyle: "medium" }),
  date_long: (moment, tz) => format(moment, tz, { dateStyle: "full" }),
  time: timeOfDay,
  time_secs: (moment, tz) => format(moment, tz, { timeStyle: "medium" }),
};

/** Slack's <!date^…>: words in braces stand for parts of the moment; `_pretty` ones name a near day. */
export function slackDate(ts, pattern, now, tz) {
  const moment = momentOf(ts);
  return pattern.replace(/\{(\w+)\}/g, (whole, word) => {
    const plain = word.replace("_pretty", "");
    if (word === "ago") return dayName(moment, now, tz);
    if (!DATE_WORDS[plain]) return whole;
    const near = word.endsWith("_pretty") && Math.abs(moment - now) < 2 * DAY ? dayName(moment, now, tz) : "";
    return /^(Today|Yesterday)$/.test(near) ? near.toLowerCase() : DATE_WORDS[plain](moment, tz);
  });
}
