/* A list of messages with its day dividers, which stays at its end while the person is there. */
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { usePage } from "./context.js";
import { Message } from "./message.jsx";
import { dayName, dayOf, momentOf } from "./time.js";

const TOGETHER = 5 * 60; // seconds within which messages of one person share a heading
const NEAR = 80; // pixels from the end that still count as being there

function follows(message, before) {
  return (
    before &&
    before.user === message.user &&
    !before.ephemeral &&
    !message.ephemeral &&
    Number(message.ts) - Number(before.ts) < TOGETHER
  );
}

export function Messages({ messages, label, inThread, opening, children }) {
  const { world } = usePage();
  const { tz } = world.me;
  const box = useEnd(messages);
  return (
    <div class="scroll" ref={box} tabIndex={0} role="group" aria-label={label}>
      {opening}
      <ol class="messages">
        {messages.map((message, at) => {
          const moment = momentOf(message.ts);
          const newDay = !at || dayOf(moment, tz) !== dayOf(momentOf(messages[at - 1].ts), tz);
          return [
            newDay && !inThread && (
              <li key={`day ${message.ts}`} class="day">
                <span>{dayName(moment, world.clock.now, tz)}</span>
              </li>
            ),
            <Kept
              key={message.ts}
              message={message}
              compact={!newDay && !(inThread && at === 1) && follows(message, messages[at - 1])}
              inThread={inThread}
            />,
            inThread && at === 0 && children,
          ];
        })}
      </ol>
    </div>
  );
}

/** A message that did not change is not drawn again when something else happens. */
function Kept({ message, compact, inThread }) {
  return useMemo(
    () => <Message message={message} compact={compact} inThread={inThread} />,
    [message, compact, inThread],
  );
}

/** Keep the end in sight as messages arrive, but not while a menu or list of a message is open: it would move away. */
function useEnd(messages) {
  const box = useRef();
  const atEnd = useRef(true);
  const toEnd = () => {
    const here = box.current;
    if (here && atEnd.current && !here.querySelector("[aria-expanded=true]")) here.scrollTo(0, here.scrollHeight);
  };
  useEffect(() => {
    const here = box.current; // a scroll may still come when the conversation is closed already
    const scrolled = () => (atEnd.current = here.scrollHeight - here.scrollTop - here.clientHeight < NEAR);
    const grown = new ResizeObserver(toEnd);
    const closed = new MutationObserver(toEnd);
    here.addEventListener("scroll", scrolled, { passive: true });
    [here, here.querySelector("ol")].forEach((part) => grown.observe(part));
    closed.observe(here, { subtree: true, attributeFilter: ["aria-expanded"] });
    return () => [grown, closed].forEach((watch) => watch.disconnect());
  }, []);
  useLayoutEffect(toEnd, [messages]);
  return box;
}
