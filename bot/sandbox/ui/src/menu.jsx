/* A button that opens a menu: overflow elements, a message's actions, shortcuts, the switch of person. */
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { useFloating } from "./floating.js";

/** `items` are {label, detail?, icon?, checked?, onPick, data?}; a null among them is a line.
 * `label` names the menu, and the button unless it `speaks` for itself. */
export function Menu({ label, button, speaks, className, items, alignRight, header, data }) {
  const [open, setOpen] = useState(false);
  const anchor = useRef(),
    list = useRef();
  const id = useId();
  const close = () => setOpen(false);
  const style = useFloating(open, anchor, list, close, { alignRight, match: false });
  useEffect(() => {
    if (open) entries(list.current)[0]?.focus();
  }, [open]);
  const leave = () => {
    close();
    anchor.current?.focus();
  };
  const pick = (item) => {
    leave();
    item.onPick();
  };
  return (
    <>
      <button
        ref={anchor}
        type="button"
        class={className}
        aria-label={speaks ? undefined : label}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        title={label}
        {...data}
        onClick={() => setOpen(!open)}
        onKeyDown={(event) => event.key === "ArrowDown" && (event.preventDefault(), setOpen(true))}
      >
        {button}
      </button>
      {open && (
        <div
          ref={list}
          id={id}
          class="floating menu"
          role="menu"
          aria-label={label}
          style={style}
          onKeyDown={(event) => moveInMenu(event, list.current, leave)}
        >
          {header && (
            <div class="menu-header" role="presentation">
              {header}
            </div>
          )}
          {items.map((item, at) => (item ? <Item key={at} item={item} onPick={() => pick(item)} /> : <hr key={at} />))}
        </div>
      )}
    </>
  );
}

function Item({ item, onPick }) {
  const role = item.checked === undefined ? "menuitem" : "menuitemradio";
  return (
    <button
      type="button"
      role={role}
      aria-checked={item.checked}
      tabIndex={-1}
      class="menu-item"
      {...item.data}
      onClick={onPick}
    >
      {item.icon}
      <span class="grow">
        <span class="menu-label">{item.label}</span>
        {item.detail && <small>{item.detail}</small>}
      </span>
      {item.checked && <span aria-hidden="true">✓</span>}
    </button>
  );
}

const entries = (list) => [...(list?.querySelectorAll(".menu-item") || [])];

function moveInMenu(event, list, leave) {
  const all = entries(list);
  const at = all.indexOf(document.activeElement);
  const to = {
    ArrowDown: (at + 1) % all.length,
    ArrowUp: (at - 1 + all.length) % all.length,
    Home: 0,
    End: all.length - 1,
  }[event.key];
  if (to !== undefined) {
    event.preventDefault();
    all[to].focus();
  } else if (event.key === "Escape" || event.key === "Tab") {
    event.preventDefault();
    event.stopPropagation();
    leave();
  }
}
