/* What the page knows, and how each thing that happens changes it. Pure functions: no network, no DOM, no clock. */

export const nowhere = {
  ready: false,
  place: { channel: null, tab: "messages", thread: null },
  lists: {}, // messages by `listKey`, each oldest first
  views: [], // the open modals, the topmost last
  home: null,
  news: null, // the newest message from someone else, for screen readers
  toasts: [],
  away: false, // the server does not answer
  renewed: false, // it came back with another company: nothing that is shown is there any more
};

export const listKey = (channel, thread) => (thread ? `${channel}/${thread}` : channel);
const isReply = (message) => Boolean(message.thread_ts && message.thread_ts !== message.ts);

/** The answer to a look from before it was drawn may come late: it does not replace what was drawn since. */
const later = (shown, view) => (!view || (shown?.id === view.id && view.hash < shown.hash) ? shown : view);

export const changes = {
  state(world, { state, read }) {
    const { now, ...known } = state;
    const before = world.me?.id === known.me.id ? world : nowhere; // somebody else has seen other things
    const renewed = Boolean(world.company && world.company !== known.company);
    const next = { ...before, ...known, clock: { now: Date.parse(now), read }, ready: true, renewed };
    return isOpen(next, next.place.channel) ? readChannel(next, next.place.channel) : next;
  },
  line: (world, { up }) => ({ ...world, away: !up }),
  clock: (world, { now, read }) => ({ ...world, clock: { now: Date.parse(now), read } }),

  go(world, { channel, tab = "messages" }) {
    return { ...readChannel(world, channel), place: { channel, tab, thread: null } };
  },
  thread: (world, { ts }) => ({ ...world, place: { ...world.place, thread: ts } }),

  listed(world, { channel, thread, messages }) {
    return { ...world, lists: { ...world.lists, [listKey(channel, thread)]: messages } };
  },
  message(world, { message }) {
    const placed = countReply(place(world, message), message);
    if (message.user === world.me.id) return placed;
    const heard = { ...placed, news: message };
    return isReply(message) || isOpen(world, message.channel) ? heard : countUnread(heard, message.channel);
  },
  message_changed: (world, { message }) => swap(world, message),
  message_deleted(world, { channel, ts }) {
    return mapLists(world, channel, (list) => list.filter((message) => message.ts !== ts));
  },

  view_opened: (world, { view }) => ({ ...world, views: [view] }),
  view_pushed: (world, { view }) => ({ ...world, views: [...without(world.views, view.id), view] }),
  view_updated(world, { view }) {
    if (view.type === "home") return { ...world, home: later(world.home, view) };
    return { ...world, views: world.views.map((open) => (open.id === view.id ? view : open)) };
  },
  view_closed: (world, { view_id }) => ({ ...world, views: without(world.views, view_id) }),
  home: (world, { view }) => ({ ...world, home: later(world.home, view) }),

  // An error may come twice, as an event and as the answer to what was asked: it is shown once.
  error: (world, { text, id }) => ({
    ...world,
    toasts: [...world.toasts.filter((toast) => toast.text !== text), { id, text }].slice(-MOST_TOASTS),
  }),
  dismiss: (world, { id }) => ({ ...world, toasts: world.toasts.filter((toast) => toast.id !== id) }),
};

const MOST_TOASTS = 3;

/** An event of a type the page does not know changes nothing; nor does any before the first state. */
export function reduce(world, event) {
  if (!changes[event.type] || !(world.ready || ["state", "error"].includes(event.type))) return world;
  return changes[event.type](world, event);
}

/** A closed view takes those above it along. */
function without(views, id) {
  const at = views.findIndex((view) => view.id === id);
  return at < 0 ? views : views.slice(0, at);
}

const isOpen = (world, channel) => world.place.channel === channel && world.place.tab === "messages";

function place(world, message) {
  const key = listKey(message.channel, isReply(message) ? message.thread_ts : null);
  const list = world.lists[key];
  if (!list) return world; // not looked at yet: it is fetched when it is
  const rest = list.filter((known) => known.ts !== message.ts);
  const sorted = [...rest, message].sort((a, b) => Number(a.ts) - Number(b.ts));
  return { ...world, lists: { ...world.lists, [key]: sorted } };
}

/** The small Slack tells of the reply, not of the message it answers, whose count it raises; private replies do not. */
function countReply(world, reply) {
  if (!isReply(reply) || reply.ephemeral) return world;
  const raised = (message) =>
    message.ts === reply.thread_ts ? { ...message, reply_count: (message.reply_count || 0) + 1 } : message;
  return mapLists(world, reply.channel, (list) => list.map(raised));
}

function swap(world, message) {
  const swapped = (known) => (known.ts === message.ts ? message : known);
  return mapLists(world, message.channel, (list) => list.map(swapped));
}

function mapLists(world, channel, change) {
  const mine = ([key]) => key === channel || key.startsWith(`${channel}/`);
  const lists = Object.entries(world.lists).map((entry) => (mine(entry) ? [entry[0], change(entry[1])] : entry));
  return { ...world, lists: Object.fromEntries(lists) };
}

const changeChannel = (world, id, change) => ({
  ...world,
  channels: world.channels.map((channel) => (channel.id === id ? { ...channel, ...change(channel) } : channel)),
});
const countUnread = (world, id) => changeChannel(world, id, (channel) => ({ unread: channel.unread + 1 }));
const readChannel = (world, id) => changeChannel(world, id, () => ({ unread: 0 }));
