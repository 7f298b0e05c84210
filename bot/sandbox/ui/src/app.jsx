/* The page: hears what happens, does what the person does, and draws the rest. */
import { render } from "preact";
import { useMemo, useState } from "preact/hooks";
import "./style.css";
import "./blocks.css";
import "./overlay.css";
import { actsOf } from "./acts.js";
import { useAddress, wanted } from "./address.js";
import { Conversation } from "./channel.jsx";
import { Page, shownName, useName, usePage } from "./context.js";
import { Modals } from "./modal.jsx";
import { Mrkdwn } from "./mrkdwn.jsx";
import { Sidebar } from "./sidebar.jsx";
import { Thread } from "./thread.jsx";
import { Toasts } from "./toasts.jsx";
import { TopBar } from "./topbar.jsx";
import { useWorld } from "./watch.js";

function App() {
  const [user, become] = useState(wanted().user);
  const { world, dispatch, complain } = useWorld(user);
  const [menuOpen, setMenuOpen] = useState(false);
  const page = useMemo(() => actsOf({ user, world, dispatch, complain, become }), [user, world]);
  useAddress(user, become, world, dispatch);
  if (!world.ready || !world.place.channel) return <Opening toasts={world.toasts} />;
  const channel = world.channels.find(({ id }) => id === world.place.channel);
  const { thread } = world.place;
  return (
    <Page.Provider value={page}>
      <div class={thread ? "app with-thread" : "app"}>
        <button type="button" class="skip" onClick={() => document.querySelector(".conversation textarea")?.focus()}>
          Skip to the message box
        </button>
        <TopBar menuOpen={menuOpen} onMenu={() => setMenuOpen(!menuOpen)} />
        <Banner />
        <div class="panels">
          <Sidebar open={menuOpen} onChosen={() => setMenuOpen(false)} />
          {menuOpen && (
            <button
              type="button"
              class="shade"
              aria-label="Close the list of channels"
              onClick={() => setMenuOpen(false)}
            />
          )}
          <Conversation key={world.me.id} channel={channel} />
          {thread && <Thread key={thread} channel={channel} ts={thread} />}
        </div>
      </div>
      <Modals />
      {!world.views.length && <Toasts />}
      <News />
    </Page.Provider>
  );
}

/** What keeps the page from working, as long as it does. */
function Banner() {
  const { world } = usePage();
  const bot = shownName(world.bot);
  const said = world.renewed
    ? `${bot} came back with a new company. This page opens again…`
    : world.away
      ? `${bot} is away, trying again…`
      : !world.connected && `${bot} is not connected: commands are not answered until it is.`;
  return (
    <div role="status">
      {said && (
        <p class="offline">
          {said}
        </p>
      )}
    </div>
  );
}

function Opening({ toasts }) {
  if (!toasts.length) return <p class="empty">Opening the sandbox …</p>;
  return (
    <p class="empty" role="alert">
      {toasts.map(({ text }) => text).join(" ")} <a href="/">Start over</a>
    </p>
  );
}

/** Tells screen readers what arrived. */
function News() {
  const { world } = usePage();
  const { person } = useName();
  return (
    <div class="sr-only" aria-live="polite">
      {world.news && (
        <p key={world.news.ts}>
          {shownName(person(world.news.user))}: <Mrkdwn text={world.news.text} />
        </p>
      )}
    </div>
  );
}

render(<App />, document.getElementById("page"));
