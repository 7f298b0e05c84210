/* Slack's mrkdwn, drawn as elements: what people typed never becomes markup. */
import { shownName, useName, usePage } from "./context.js";
import { emojiNamed, withEmoji } from "./emoji.js";
import { useNow } from "./now.js";
import { dayAndTime, momentOf, slackDate } from "./time.js";

const ENTITIES = { "&lt;": "<", "&gt;": ">", "&amp;": "&" };
const decode = (text) => text.replace(/&(?:lt|gt|amp);/g, (entity) => ENTITIES[entity]);

/** A mark works only at the edge of a word: 2*3*4 and snake_case stay as they are. */
const marked = (mark) =>
  `(?<![\\p{L}\\p{N}${mark}])${mark}(?=\\S)([^${mark}\\n]+?)(?<=\\S)${mark}(?![\\p{L}\\p{N}${mark}])`;
const INLINE = [
  ["code", "`([^`\\n]+)`"],
  ["angle", "<([^<>\\n]+)>"],
  ["strong", marked("\\*")],
  ["em", marked("_")],
  ["s", marked("~")],
  ["emoji", ":([a-z0-9_+'-]+(?:::skin-tone-\\d)?):"],
  ["url", "(https?:\\/\\/[^\\s<>|*]*[^\\s<>|.,;:!?)'\"*_~\\]])"],
  ["ping", "(?<!\\w)(@(?:here|channel|everyone))\\b"],
];
const PATTERN = new RegExp(INLINE.map(([, pattern]) => pattern).join("|"), "gu");

export function safeHref(url) {
  return /^(https?:\/\/|mailto:|tel:)/i.test(url) ? url : undefined;
}

const HOME = /^slack:\/\/app\?(?=.*\btab=home\b)/; // the link that opens the Home tab of an app

function homeHref() {
  const user = new URLSearchParams(location.search).get("user");
  return `?${new URLSearchParams({ ...(user ? { user } : {}), channel: "app", tab: "home" })}`;
}

export function Link({ url, children }) {
  if (HOME.test(url)) return <a href={homeHref()}>{children}</a>;
  const href = safeHref(url);
  return href ? (
    <a href={href} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  ) : (
    <span>{children}</span>
  );
}

/** A text object of Block Kit. Unless it is verbatim, Slack looks for links and pings in mrkdwn, and so do we. */
export function Text({ text }) {
  if (!text) return null;
  return text.type === "mrkdwn" ? (
    <Mrkdwn text={text.text} verbatim={text.verbatim} pings={!text.verbatim} />
  ) : (
    <Plain text={text} />
  );
}

export const Plain = ({ text }) => (text ? <span class="pre">{plainText(text)}</span> : null);
export const plainText = (text) => (text.emoji === false ? text.text : withEmoji(text.text));

export function Mrkdwn({ text, verbatim = false, pings = false }) {
  const how = { verbatim, pings };
  return text.split(/```\n?([\s\S]*?)```\n?/).map((part, at) => {
    if (at % 2) return <pre key={at}>{decode(part)}</pre>;
    return part && <Passage key={at} text={part} how={how} />;
  });
}

const QUOTE = /^(?:&gt;|>) ?/;

/** Lines of text and quotes between two pieces of code. */
function Passage({ text, how }) {
  const [before, ...rest] = text.split(/^(?:&gt;|>){3} ?/m);
  const runs = [];
  for (const line of before.replace(/\n$/, "").split("\n")) {
    const quoted = QUOTE.test(line);
    if (runs.at(-1)?.quoted === quoted) runs.at(-1).lines.push(line.replace(QUOTE, ""));
    else runs.push({ quoted, lines: [line.replace(QUOTE, "")] });
  }
  if (rest.length) {
    if (!before) runs.pop();
    runs.push({ quoted: true, lines: rest.join("").split("\n") });
  }
  return runs.map(({ quoted, lines }, at) =>
    quoted ? (
      <blockquote key={at}>
        <Lines lines={lines} how={how} />
      </blockquote>
    ) : (
      <Lines key={at} lines={lines} how={how} />
    ),
  );
}

const ITEM = /^\s*(?:[•◦▪-]|\d+[.)])\s+\S/;

/** Lines, those of a list with a hanging indent. */
function Lines({ lines, how }) {
  return (
    <span class="pre">
      {lines.map((line, at) => {
        if (ITEM.test(line))
          return (
            <span class="item">
              <Inline text={line} how={how} />
            </span>
          );
        const breaks = at < lines.length - 1 && !ITEM.test(lines[at + 1]);
        return (
          <>
            <Inline text={line} how={how} />
            {(breaks || !line) && "\n"}
          </>
        );
      })}
    </span>
  );
}

function Inline({ text, how }) {
  const drawn = [];
  let done = 0;
  for (const match of text.matchAll(PATTERN)) {
    const at = match.slice(1).findIndex((group) => group !== undefined);
    const piece = drawPiece(INLINE[at][0], match[at + 1], how);
    if (piece === null) continue;
    drawn.push(decode(text.slice(done, match.index)), piece);
    done = match.index + match[0].length;
  }
  return (
    <>
      {drawn}
      {decode(text.slice(done))}
    </>
  );
}

/** The element for what a pattern found, or null where the text should stay as it is. */
function drawPiece(kind, inner, how) {
  switch (kind) {
    case "code":
      return <code>{decode(inner)}</code>;
    case "strong":
      return (
        <strong>
          <Inline text={inner} how={how} />
        </strong>
      );
    case "em":
      return (
        <em>
          <Inline text={inner} how={how} />
        </em>
      );
    case "s":
      return (
        <s>
          <Inline text={inner} how={how} />
        </s>
      );
    case "angle":
      return <Angle inner={inner} />;
    case "url":
      return how.verbatim ? null : <Link url={decode(inner)}>{decode(inner)}</Link>;
    case "ping":
      return how.pings ? <span class="mention mine">{inner}</span> : null;
    default:
      return emojiNamed(inner) ? <Emoji name={inner} /> : null;
  }
}

export const Emoji = ({ name }) => (
  <span class="emoji" title={`:${name}:`}>
    {emojiNamed(name) ?? `:${name}:`}
  </span>
);

/** What stands in angle brackets: a person, a channel, a ping, a date or a link. */
function Angle({ inner }) {
  const [target, label] = inner.split(/\|([\s\S]*)/);
  if (target[0] === "@") return <Person id={target.slice(1)} label={label} />;
  if (target[0] === "#") return <Channel id={target.slice(1)} label={label} />;
  if (target.startsWith("!date^")) return <Moment spec={target} fallback={label} />;
  if (target[0] === "!")
    return <span class="mention mine">{label ? decode(label) : `@${target.slice(1).split("^").pop()}`}</span>;
  if (!safeHref(target) && !HOME.test(decode(target))) return <>{decode(`<${inner}>`)}</>;
  return <Link url={decode(target)}>{withEmoji(decode(label || target.replace(/^(mailto|tel):/, "")))}</Link>;
}

export function Person({ id, label }) {
  const { world } = usePage();
  const user = useName().person(id);
  const name = user.name === "unknown" && label ? decode(label) : shownName(user);
  return (
    <span class={id === world.me.id ? "mention mine" : "mention"} data-user-id={id}>
      @{name}
    </span>
  );
}

export function Channel({ id, label }) {
  const { go } = usePage();
  const channel = useName().channel(id);
  if (!channel) return <span class="mention">#{label ? decode(label) : "private channel"}</span>;
  return (
    <button type="button" class="mention" data-channel-id={id} onClick={() => go(id)}>
      #{channel.name}
    </button>
  );
}

function Moment({ spec, fallback }) {
  const [, ts, pattern, url] = spec.split("^");
  return <Dated ts={ts} pattern={pattern || "{date}"} url={url} fallback={fallback} />;
}

/** A moment as its reader sees it: in their zone, and from where the sandbox's clock stands now. */
export function Dated({ ts, pattern, url, fallback }) {
  const { me } = usePage().world;
  const now = useNow();
  const known = Number.isFinite(Number(ts));
  const shown = known ? slackDate(ts, pattern, now, me) : fallback;
  if (url) return <Link url={url}>{shown}</Link>;
  return known ? (
    <time dateTime={new Date(momentOf(ts)).toISOString()} title={dayAndTime(momentOf(ts), me)}>
      {shown}
    </time>
  ) : (
    <span>{shown}</span>
  );
}
