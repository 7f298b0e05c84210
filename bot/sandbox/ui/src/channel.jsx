/* The open conversation: a channel, a direct message, or the app with its tabs. */
import { Avatar } from "./avatar.jsx";
import { Composer } from "./composer.jsx";
import { shownName, useName, usePage } from "./context.js";
import { Home } from "./home.jsx";
import { Messages } from "./messages.jsx";
import { listKey } from "./world.js";

const NONE = [];

export function Conversation({ channel }) {
  const { world } = usePage();
  const { person } = useName();
  const other = channel.kind === "im" ? person(channel.user) : null;
  const isApp = other?.id === world.bot.id;
  const home = isApp && world.place.tab === "home";
  return (
    <main class="panel conversation" aria-labelledby="conversation-name">
      <header class="panel-head">
        {other && <Avatar user={other} size={24} />}
        <h1 id="conversation-name">{other ? shownName(other) : `# ${channel.name}`}</h1>
        {isApp && <span class="badge-app">APP</span>}
        <p class="topic">{other ? other.title : channel.topic}</p>
      </header>
      {isApp && <Tabs channel={channel} tab={world.place.tab} />}
      {home ? <Home /> : <Talk channel={channel} other={other} />}
    </main>
  );
}

const TABS = [
  ["home", "Home"],
  ["messages", "Messages"],
];

function Tabs({ channel, tab }) {
  const { go } = usePage();
  const onKeyDown = (event) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    const other = TABS.find(([key]) => key !== tab)[0];
    go(channel.id, other);
    event.currentTarget.querySelector(`#tab-${other}`).focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label="App" onKeyDown={onKeyDown}>
      {TABS.map(([key, name]) => (
        <button
          key={key}
          id={`tab-${key}`}
          type="button"
          role="tab"
          aria-selected={key === tab}
          aria-controls={`panel-${key}`}
          tabIndex={key === tab ? 0 : -1}
          onClick={() => go(channel.id, key)}
        >
          {name}
        </button>
      ))}
    </div>
  );
}

function Talk({ channel, other }) {
  const { world, say } = usePage();
  const name = other ? shownName(other) : `#${channel.name}`;
  const messages = world.lists[listKey(channel.id)];
  return (
    <div class="talk" id="panel-messages">
      <Messages
        key={channel.id}
        messages={messages || NONE}
        label={`Messages in ${name}`}
        opening={messages && <Opening channel={channel} other={other} />}
      />
      <Composer
        key={channel.id}
        place={channel.id}
        label={`Message ${name}`}
        commands={world.commands}
        hint
        focus
        onSend={(text) => say(channel.id, text)}
      />
    </div>
  );
}

function Opening({ channel, other }) {
  if (other)
    return (
      <div class="opening">
        <Avatar user={other} size={64} />
        <h2>{shownName(other)}</h2>
        <p>This conversation is just between the two of you.</p>
      </div>
    );
  return (
    <div class="opening">
      <h2># {channel.name}</h2>
      <p>This is the very beginning of the channel. {channel.topic}</p>
    </div>
  );
}
