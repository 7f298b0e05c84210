/* The workspace: its channels, the people one writes to, and the app. */
import { Avatar } from "./avatar.jsx";
import { shownName, useName, usePage } from "./context.js";

export function Sidebar({ open, onChosen }) {
  const { world } = usePage();
  const { person } = useName();
  const isApp = (channel) => channel.user === world.bot.id;
  const rooms = world.channels.filter((channel) => channel.kind === "channel");
  const direct = world.channels.filter((channel) => channel.kind === "im" && !isApp(channel));
  const app = world.channels.filter(isApp);
  const entry = (channel) => {
    const other = channel.kind === "im" ? person(channel.user) : null;
    return (
      <Entry
        key={channel.id}
        channel={channel}
        other={other}
        tab={isApp(channel) ? "home" : "messages"}
        onChosen={onChosen}
      />
    );
  };
  return (
    <nav id="sidebar" class={open ? "sidebar open" : "sidebar"} aria-label="Channels and direct messages">
      <Section name="Channels">{rooms.map(entry)}</Section>
      {direct.length > 0 && <Section name="Direct messages">{direct.map(entry)}</Section>}
      <Section name="Apps">{app.map(entry)}</Section>
      <Kept file={world.kept} />
    </nav>
  );
}

/** Whether what is done here is still there at the next start. */
function Kept({ file }) {
  return (
    <p class="kept">
      {file ? (
        <>
          This company is kept in <code>{file}</code>.
        </>
      ) : (
        <>
          This company is new each time the sandbox starts. <code class="whole">crm sandbox --keep</code> keeps it.
        </>
      )}
    </p>
  );
}

function Section({ name, children }) {
  return (
    <section>
      <h2>{name}</h2>
      <ul>{children}</ul>
    </section>
  );
}

function Entry({ channel, other, tab, onChosen }) {
  const { world, go } = usePage();
  const here = world.place.channel === channel.id;
  const choose = () => {
    go(channel.id, channel.unread ? "messages" : tab); // something unread is what one comes for
    onChosen();
  };
  return (
    <li>
      <button
        type="button"
        class={channel.unread ? "entry unread" : "entry"}
        aria-current={here ? "page" : undefined}
        data-channel={channel.id}
        onClick={choose}
      >
        {other ? (
          <Avatar user={other} size={20} />
        ) : (
          <span class="sign" aria-hidden="true">
            #
          </span>
        )}
        <span class="name">{other ? shownName(other) : channel.name}</span>
        {channel.unread > 0 && (
          <span class="count">
            {channel.unread}
            <span class="sr-only"> unread</span>
          </span>
        )}
      </button>
    </li>
  );
}
