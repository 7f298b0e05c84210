/* The page's address: who one is and what is open, so that a link opens the same. */
import { useEffect, useRef } from "preact/hooks";

export function wanted() {
  const query = new URLSearchParams(location.search);
  return { user: query.get("user"), channel: query.get("channel"), tab: query.get("tab") || "messages" };
}

/** Everyone has direct messages of their own with the app; this word means the reader's. */
const APP = "app";
const isApp = (world) => (channel) => channel.user === world.bot.id;

function addressOf(world) {
  const { channel, tab } = world.place;
  const word = world.channels.some((one) => one.id === channel && isApp(world)(one)) ? APP : channel;
  return `?${new URLSearchParams({ user: world.me.id, channel: word, ...(tab === "messages" ? {} : { tab }) })}`;
}

/** The place that is asked for if it is this person's, else the first channel. */
function placeIn(world, { channel, tab }) {
  const found =
    channel === APP
      ? world.channels.find(isApp(world))
      : world.channels.find(({ id, name }) => id === channel || name === channel);
  return found ? { channel: found.id, tab } : { channel: world.channels[0].id, tab: "messages" };
}

/** Keeps person, channel and tab in the address, and follows the browser's Back. */
export function useAddress(user, become, world, dispatch) {
  const { ready, place } = world;
  const first = useRef(true);
  const enter = () => {
    const { channel, tab } = placeIn(world, wanted());
    dispatch({ type: "go", channel, tab });
  };
  useEffect(() => {
    if (!ready) return;
    if (!user) become(world.me.id);
    enter();
  }, [ready, world.me?.id]);
  useEffect(() => {
    if (!ready || !place.channel || world.me.id !== user) return;
    const address = addressOf(world);
    if (address !== location.search) history[first.current ? "replaceState" : "pushState"](null, "", address);
    first.current = false;
    const unread = world.channels.reduce((sum, channel) => sum + channel.unread, 0);
    const name = world.channels.find(({ id }) => id === place.channel)?.name;
    document.title = `${unread ? `(${unread}) ` : ""}${name} – ${world.team.name}`;
  }, [user, ready, place, world.channels]);
  useEffect(() => {
    const back = () => (wanted().user === user ? enter() : become(wanted().user));
    addEventListener("popstate", back);
    return () => removeEventListener("popstate", back);
  });
}
