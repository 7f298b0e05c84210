/* Watching the small Slack: what one person sees is fetched once and then kept up to date by events. */
import { useEffect, useReducer, useState } from "preact/hooks";
import { get, listen, post } from "./api.js";
import { nowhere, reduce } from "./world.js";

const RETRY = 2000; // milliseconds between looks whether the app is there by now
const SAID = 2500; // milliseconds for which the page says why it opens again

let events = 0;
const stamped = (event) => ({ ...event, read: performance.now(), id: (events += 1) });

/** Asks whenever `deps` change; without a query there is nothing to ask. What comes too late is dropped. */
function useFetched(path, query, deps, onAnswer, onError) {
  useEffect(() => {
    if (!query) return undefined;
    let current = true;
    get(path, query).then(
      (answer) => current && onAnswer(answer),
      (error) => current && onError(error),
    );
    return () => (current = false);
  }, deps);
}

/** The world as this person sees it, and how to tell it that something happened. */
export function useWorld(user) {
  const [world, change] = useReducer(reduce, nowhere);
  const [turn, setTurn] = useState(0); // goes up when something may have been missed
  const again = () => setTurn((count) => count + 1);
  const dispatch = (event) => change(stamped(event));
  const complain = (error) => dispatch({ type: "error", text: error.message });
  const isMine = world.ready && world.me.id === user;
  const channel = isMine ? world.place.channel : null;
  const { tab, thread } = world.place;
  const isHome = channel && tab === "home";

  const onLine = (up) => {
    dispatch({ type: "line", up });
    if (up) again();
  };
  useEffect(() => (user ? listen(user, dispatch, onLine) : undefined), [user]);
  useEffect(() => {
    const timer = world.renewed && setTimeout(() => location.reload(), SAID);
    return () => clearTimeout(timer);
  }, [world.renewed]);
  const fetched = (path, query, deps, eventOf) =>
    useFetched(path, query, [user, turn, ...deps], (answer) => dispatch(eventOf(answer)), complain);
  fetched("state", { user }, [], (state) => ({ type: "state", state }));
  fetched("home", isHome && { user }, [isHome], ({ view }) => ({ type: "home", view }));
  const listed = ({ messages }) => ({ type: "listed", channel, messages });
  fetched("messages", channel && { user, channel }, [channel], listed);
  const query = channel && thread && { user, channel, thread_ts: thread };
  fetched("messages", query, [channel, thread], (answer) => ({ ...listed(answer), thread }));
  useEffect(() => {
    if (isHome) post("open_home", { user }).catch(complain);
  }, [user, isHome]);
  useEffect(() => {
    if (!isMine || world.connected) return undefined;
    const timer = setInterval(again, RETRY);
    return () => clearInterval(timer);
  }, [isMine, world.connected]);
  return { world, dispatch, complain };
}
