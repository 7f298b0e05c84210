/* What to try first, until it is sent away. */
import { useState } from "preact/hooks";
import { usePage } from "./context.js";
import { Close } from "./icons.jsx";

const SEEN = "sandbox-hint-seen";

export function Hint({ onTry }) {
  const { commands } = usePage().world;
  const [seen, setSeen] = useState(() => Boolean(localStorage.getItem(SEEN)));
  if (seen || !commands.length) return null;
  const root = commands[0].command;
  const dismiss = () => {
    localStorage.setItem(SEEN, "yes");
    setSeen(true);
  };
  return (
    <div class="hint-strip">
      <span class="grow">
        Try:{" "}
        {["lead new", "help"].map((words) => (
          <button key={words} type="button" onClick={() => onTry(`${root} ${words}`)}>
            <code>
              {root} {words}
            </code>
          </button>
        ))}
        <span class="how"> then press Enter</span>
      </span>
      <button type="button" class="icon-button" aria-label="Dismiss the hint" onClick={dismiss}>
        <Close />
      </button>
    </div>
  );
}
