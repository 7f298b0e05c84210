/* The acts of the person at the page: each is asked of the small Slack, whose answers mostly arrive as events. */
import { post } from "./api.js";

/** What the person can do. Everything that fails says so, and answers false. */
export function actsOf({ user, world, dispatch, complain, become }) {
  const send = async (path, body) => {
    const answer = await post(path, { user, ...body });
    if (answer.ok === false) throw new Error(answer.error);
    return answer;
  };
  const tried = (path, body) =>
    send(path, body).then(
      () => true,
      (error) => (complain(error), false),
    );
  return {
    world,
    dispatch,
    become,
    go: (channel, tab) => dispatch({ type: "go", channel, tab }),
    openThread: (ts) => dispatch({ type: "thread", ts }),
    act: (container, action, state) => tried("action", { container, action, state }),
    options: async (container, asked) => {
      // Slack takes a list of options or of groups; a list is one group without a name.
      const { options, option_groups: groups } = await send("options", { container, ...asked });
      return groups || [{ options: options || [] }];
    },
    shortcut: (callback, message) =>
      tried("shortcut", { callback_id: callback, channel: message?.channel ?? world.place.channel, ts: message?.ts }),
    moveClock: (by) => send("clock", by).then(({ now }) => dispatch({ type: "clock", now }), complain),
    /** The app's errors by block id, none where it took the form. */
    submit: (view, values) =>
      send("submit", { view_id: view.id, values }).then(
        ({ errors }) => errors || {},
        (error) => (complain(error), {}),
      ),
    closeViews: async (views) => {
      for (const view of views) {
        dispatch({ type: "view_closed", view_id: view.id });
        await send("close", { view_id: view.id }).catch(() => {}); // closed already: that is what was wanted
      }
    },
    say: (channel, text, thread) => {
      if (!/^\/\S/.test(text)) return tried("message", { channel, text, thread_ts: thread });
      if (!thread) return tried("command", { channel, text });
      complain(new Error(`${text.split(/\s/)[0]} is not supported in threads. Sorry!`));
      return Promise.resolve(false);
    },
  };
}
