/* Where messages and commands are typed. */
import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Avatar } from "./avatar.jsx";
import { commandBeingTyped, complete } from "./completion.js";
import { usePage } from "./context.js";
import { Hint } from "./hint.jsx";
import { Bolt, Plus, Send } from "./icons.jsx";
import { Menu } from "./menu.jsx";

const drafts = new Map(); // what was typed and not sent, by place
const sent = []; // what was sent, for the Up key

/** `place` names the conversation the draft belongs to; without `commands` (in threads) none are offered. */
export function Composer({ place, label, commands, onSend, hint, focus }) {
  const { world } = usePage();
  const [text, setText] = useState(drafts.get(place) || "");
  const [caret, setCaret] = useState(0);
  const [active, setActive] = useState(0);
  const [dropped, setDropped] = useState(null); // the text for which the list was sent away with Escape
  const [back, setBack] = useState(0); // how far the Up key went back
  const area = useRef();
  const id = useId();
  const found =
    dropped === text
      ? null
      : complete(text, caret, {
          commands,
          users: [...world.users.filter((user) => user.id !== world.bot.id), world.bot],
          channels: world.channels,
        });
  const index = Math.min(active, (found?.items.length || 1) - 1);
  useEffect(() => drafts.set(place, text), [text]);
  useEffect(() => setActive(0), [text]);
  useEffect(() => focus && area.current.focus(), [place]);
  useGrowing(area, text);

  const write = (next, at = next.length) => {
    setText(next);
    setCaret(at);
    area.current.focus();
    area.current.value = next; // now, not when it is drawn: whoever types on is quicker than that
    area.current.setSelectionRange(at, at);
  };
  const take = (item) =>
    write(text.slice(0, found.from) + item.insert + text.slice(found.to), found.from + item.insert.length);
  const deliver = async () => {
    if (!text.trim()) return;
    write("");
    setBack(0);
    if (sent.at(-1) !== text) sent.push(text);
    if (!(await onSend(text.trim()))) setText((typed) => typed || text); // refused: nothing typed is lost
  };
  const recall = (by) => {
    const to = Math.max(0, Math.min(sent.length, back + by));
    setBack(to);
    write(to ? sent.at(-to) : "");
  };
  const onKeyDown = (event) => {
    const act =
      (found && inList(event, { found, index, setActive, take, drop: () => setDropped(text) })) ||
      inText(event, { text, back, deliver, recall });
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };
  const read = (event) => {
    setText(event.target.value);
    setCaret(event.target.selectionStart);
  };
  const typed = commands && !found && commandBeingTyped(text, commands);
  return (
    <div class="composer">
      {hint && <Hint onTry={write} />}
      {found && <List id={id} found={found} index={index} onTake={take} />}
      {typed && (
        <div class="usage">
          <b>{typed.command}</b> {typed.usage_hint}
        </div>
      )}
      <div class="composer-box" onClick={(event) => event.target === event.currentTarget && area.current.focus()}>
        <textarea
          ref={area}
          rows={1}
          value={text}
          placeholder={label}
          aria-label={label}
          aria-autocomplete="list"
          aria-controls={found ? id : undefined}
          aria-haspopup="listbox"
          aria-activedescendant={found ? `${id}-${index}` : undefined}
          onInput={read}
          onKeyUp={(event) => setCaret(event.target.selectionStart)}
          onClick={(event) => setCaret(event.target.selectionStart)}
          onKeyDown={onKeyDown}
        />
        <div class="composer-tools">
          {commands && <Shortcuts />}
          <span class="grow" />
          <button type="button" class="send" aria-label="Send now" disabled={!text.trim()} onClick={deliver}>
            <Send />
          </button>
        </div>
      </div>
    </div>
  );
}

function inList(event, { found, index, setActive, take, drop }) {
  const count = found.items.length;
  const acts = {
    ArrowDown: () => setActive((index + 1) % count),
    ArrowUp: () => setActive((index - 1 + count) % count),
    Tab: () => take(found.items[index]),
    Enter: () => take(found.items[index]),
    Escape: drop,
  };
  return !event.shiftKey && !event.isComposing && acts[event.key];
}

function inText(event, { text, back, deliver, recall }) {
  if (event.isComposing || event.shiftKey) return null;
  if (event.key === "Enter") return deliver;
  if (event.key === "ArrowUp" && (!text || back)) return () => recall(1);
  if (event.key === "ArrowDown" && back) return () => recall(-1);
  return null;
}

/** As high as its text, up to a third of the window. */
function useGrowing(area, text) {
  useLayoutEffect(() => {
    area.current.style.height = "auto";
    area.current.style.height = `${Math.min(area.current.scrollHeight, window.innerHeight / 3)}px`;
  }, [text]);
}

function List({ id, found, index, onTake }) {
  const list = useRef();
  useEffect(() => list.current.querySelector("[data-active]")?.scrollIntoView({ block: "nearest" }), [index, found]);
  return (
    <ul id={id} ref={list} class="completions" role="listbox" aria-label="Suggestions">
      {found.items.map((item, at) => (
        <li
          key={item.key}
          id={`${id}-${at}`}
          role="option"
          aria-selected={at === index}
          data-active={at === index || undefined}
          onMouseDown={(event) => (event.preventDefault(), onTake(item))}
        >
          {item.user && <Avatar user={item.user} size={20} />}
          <span class="grow">
            <strong>{item.label}</strong>
            {item.hint && <span class="usage-hint"> {item.hint}</span>}
            {item.detail && <small>{item.detail}</small>}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Shortcuts() {
  const { world, shortcut } = usePage();
  const items = world.shortcuts
    .filter(({ type }) => type === "global")
    .map((one) => ({
      label: one.name,
      detail: one.description,
      icon: <Bolt />,
      data: { "data-callback-id": one.callback_id },
      onPick: () => shortcut(one.callback_id),
    }));
  return (
    items.length > 0 && (
      <Menu
        label="Shortcuts"
        className="icon-button round"
        button={<Plus />}
        items={items}
        header={world.bot.real_name}
      />
    )
  );
}
