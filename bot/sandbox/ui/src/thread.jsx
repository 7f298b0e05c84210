/* The thread beside the conversation. */
import { Composer } from "./composer.jsx";
import { shownName, useName, usePage } from "./context.js";
import { Close } from "./icons.jsx";
import { Messages } from "./messages.jsx";
import { listKey } from "./world.js";

export function Thread({ channel, ts }) {
  const { world, openThread, say } = usePage();
  const other = useName().person(channel.user);
  const messages = world.lists[listKey(channel.id, ts)] || [];
  const replies = messages.length - 1;
  const close = () => openThread(null);
  return (
    <aside class="panel thread" aria-label="Thread" onKeyDown={(event) => event.key === "Escape" && close()}>
      <header class="panel-head">
        <h2>Thread</h2>
        <p class="topic">{channel.kind === "im" ? shownName(other) : `#${channel.name}`}</p>
        <button type="button" class="icon-button" aria-label="Close thread" onClick={close}>
          <Close />
        </button>
      </header>
      <Messages key={ts} messages={messages} label="Messages in the thread" inThread>
        {replies > 0 && (
          <li key="count" class="reply-count">
            <span>
              {replies} {replies === 1 ? "reply" : "replies"}
            </span>
          </li>
        )}
      </Messages>
      <Composer
        key={ts}
        place={listKey(channel.id, ts)}
        label="Reply…"
        focus
        onSend={(text) => say(channel.id, text, ts)}
      />
    </aside>
  );
}
