/* One message: who, when, what, and what can be done with it. */
import { Avatar } from "./avatar.jsx";
import { Blocks } from "./blocks.jsx";
import { shownName, useName, usePage } from "./context.js";
import { Bolt, Dots, Eye, File, Reply } from "./icons.jsx";
import { Menu } from "./menu.jsx";
import { Mrkdwn } from "./mrkdwn.jsx";
import { SurfaceOf, useValues } from "./surface.jsx";
import { dayAndTime, momentOf, timeOfDay } from "./time.js";

/** `compact`: follows a message of the same person, so the name need not be said again. */
export function Message({ message, compact, inThread }) {
  const { world } = usePage();
  const user = useName().person(message.user);
  const moment = momentOf(message.ts);
  const time = (
    <time dateTime={new Date(moment).toISOString()} title={dayAndTime(moment, world.me)}>
      {timeOfDay(moment, world.me)}
    </time>
  );
  const kind = ["message", compact && "compact", message.ephemeral && "ephemeral"].filter(Boolean).join(" ");
  return (
    <li class={kind} data-ts={message.ts} data-user={message.user}>
      {message.ephemeral && (
        <div class="only-you">
          <Eye /> Only visible to you
        </div>
      )}
      <div class="gutter">{compact ? time : <Avatar user={user} />}</div>
      <div class="message-body">
        <div class={compact ? "message-head sr-only" : "message-head"}>
          <strong class="author">{shownName(user)}</strong>
          {(message.bot || user.is_bot) && <span class="badge-app">APP</span>}
          {!compact && time}
        </div>
        <Content message={message} />
        {message.files?.map((file) => (
          <Attached key={file.url} file={file} />
        ))}
        {message.ephemeral && <Dismiss message={message} />}
        {!inThread && message.reply_count > 0 && <Replies message={message} />}
      </div>
      <Tools message={message} inThread={inThread} />
    </li>
  );
}

function Content({ message }) {
  const held = useValues(message.blocks);
  const edited = message.edited && <span class="edited"> (edited)</span>;
  if (!message.blocks?.length)
    return (
      <div class="text">
        <Mrkdwn text={message.text} />
        {edited}
      </div>
    );
  return (
    <SurfaceOf container={{ type: "message", channel: message.channel, ts: message.ts }} held={held}>
      <div class="blocks">
        <Blocks blocks={held.blocks} />
        {edited}
      </div>
    </SurfaceOf>
  );
}

function Attached({ file }) {
  const name = file.title || file.name;
  const isPicture = /\.(png|jpe?g|gif|svg|webp)$/i.test(file.name);
  return (
    <a
      class="file"
      href={file.url}
      download={isPicture ? undefined : file.name}
      target="_blank"
      rel="noopener noreferrer"
    >
      {isPicture ? (
        <img src={file.url} alt={name} />
      ) : (
        <>
          <File />
          <span class="grow">
            <strong>{name}</strong>
            <small>{file.name}</small>
          </span>
        </>
      )}
    </a>
  );
}

function Dismiss({ message }) {
  const { dispatch } = usePage();
  return (
    <button
      type="button"
      class="link small"
      onClick={() => dispatch({ type: "message_deleted", channel: message.channel, ts: message.ts })}
    >
      Dismiss message
    </button>
  );
}

function Replies({ message }) {
  const { openThread } = usePage();
  const count = message.reply_count;
  return (
    <button type="button" class="replies" onClick={() => openThread(message.ts)}>
      <Reply />
      {count} {count === 1 ? "reply" : "replies"}
      <span class="view-thread"> View thread</span>
    </button>
  );
}

function Tools({ message, inThread }) {
  const { world, openThread, shortcut } = usePage();
  const shortcuts = world.shortcuts
    .filter(({ type }) => type === "message")
    .map((one) => ({
      label: one.name,
      detail: world.bot.real_name,
      icon: <Bolt />,
      data: { "data-callback-id": one.callback_id },
      onPick: () => shortcut(one.callback_id, message),
    }));
  const thread = !inThread && !message.ephemeral;
  const items = [
    thread && { label: "Reply in thread", onPick: () => openThread(message.ts) },
    { label: "Copy text", onPick: () => navigator.clipboard?.writeText(message.text) },
    ...(shortcuts.length && !message.ephemeral ? [null, ...shortcuts] : []),
  ].filter((item) => item !== false);
  return (
    <div class="tools">
      {thread && (
        <button
          type="button"
          class="icon-button"
          aria-label="Reply in thread"
          title="Reply in thread"
          onClick={() => openThread(message.ts)}
        >
          <Reply />
        </button>
      )}
      <Menu label="More actions" className="icon-button" button={<Dots />} items={items} alignRight />
    </div>
  );
}
