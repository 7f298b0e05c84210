/* A select with type-ahead, for one option or many, from a list or from the app. Follows the ARIA combobox pattern. */
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { useFloating } from "./floating.js";
import { Plain, Text, plainText } from "./mrkdwn.jsx";

const PATIENCE = 150; // milliseconds without a key before the app is asked

/** `groups` are [{label?, options}]; with `search` they come from `search(query)` instead. */
export function Picker({
  groups,
  search,
  least = 0,
  many = false,
  most = Infinity,
  chosen,
  placeholder,
  onPick,
  clearable,
  field,
}) {
  const [open, setOpen] = useState(false);
  const [query, setQuery] = useState("");
  const [active, setActive] = useState(0);
  const box = useRef(),
    input = useRef(),
    list = useRef();
  const listId = useId();
  const close = () => {
    setOpen(false);
    setQuery("");
  };
  const style = useFloating(open, box, list, close);
  const found = useFound({ groups, search, least, query, open });
  const options = found.groups.flatMap((group) => group.options);
  useEffect(() => setActive(0), [query, open]);
  useEffect(() => list.current?.querySelector("[data-active]")?.scrollIntoView({ block: "nearest" }), [active, open]);

  const isChosen = (option) => chosen.some((one) => one.value === option.value);
  const pick = (option) => {
    if (!option) return;
    if (!many) onPick([option]);
    else if (isChosen(option)) onPick(chosen.filter((one) => one.value !== option.value));
    else if (chosen.length < most) onPick([...chosen, option]);
    close();
    input.current.focus();
  };
  const onKeyDown = (event) => {
    const act = keys({ event, open, many, chosen, query, options, active, setActive, setOpen, close, pick, onPick });
    if (act) act();
  };
  const label = chosen.length && !many ? plainText(chosen[0].text) : "";
  return (
    <div class="picker">
      <div class="picker-box" ref={box} onClick={() => input.current.focus()}>
        {many &&
          chosen.map((option) => (
            <Pill
              key={option.value}
              option={option}
              disabled={field.disabled}
              onRemove={() => onPick(chosen.filter((one) => one !== option))}
            />
          ))}
        <input
          {...field}
          ref={input}
          role="combobox"
          autocomplete="off"
          aria-autocomplete="list"
          aria-expanded={open}
          aria-controls={open ? listId : undefined}
          aria-activedescendant={open && options[active] ? `${listId}-${active}` : undefined}
          value={open ? query : label}
          placeholder={open && label ? label : many && chosen.length ? "" : placeholder}
          onClick={() => setOpen(true)}
          onKeyDown={onKeyDown}
          onInput={(event) => (setOpen(true), setQuery(event.target.value))}
          onBlur={close}
        />
        {clearable && label && !field.disabled && (
          <button type="button" class="clear" aria-label="Clear" onClick={() => onPick([])}>
            ×
          </button>
        )}
        {!many && (
          <span class="as-wide" aria-hidden="true">
            {label || placeholder}
          </span>
        )}
        <span class="chevron" aria-hidden="true" />
      </div>
      {open && (
        <div ref={list} class="floating" style={style}>
          <Options id={listId} found={found} active={active} many={many} isChosen={isChosen} onPick={pick} />
        </div>
      )}
    </div>
  );
}

function keys({ event, open, many, chosen, query, options, active, setActive, setOpen, close, pick, onPick }) {
  const count = options.length || 1;
  const moves = { ArrowDown: (active + 1) % count, ArrowUp: (active - 1 + count) % count };
  if (event.key in moves) {
    event.preventDefault();
    return () => (open ? setActive(moves[event.key]) : setOpen(true));
  }
  if (event.key === "Enter") {
    event.preventDefault(); // Enter picks; it never submits the form around it
    return () => (open ? pick(options[active]) : setOpen(true));
  }
  if (event.key === "Escape" && open) {
    event.preventDefault();
    event.stopPropagation();
    return close;
  }
  if (event.key === "Backspace" && many && !query && chosen.length) return () => onPick(chosen.slice(0, -1));
  return null;
}

function Pill({ option, disabled, onRemove }) {
  return (
    <span class="pill">
      <Plain text={option.text} />
      <button type="button" disabled={disabled} aria-label={`Remove ${plainText(option.text)}`} onClick={onRemove}>
        ×
      </button>
    </span>
  );
}

function Options({ id, found, active, many, isChosen, onPick }) {
  let at = -1;
  return (
    <ul id={id} role="listbox" aria-multiselectable={many || undefined} class="options">
      {found.groups.map((group, row) => [
        group.label && group.options.length > 0 && (
          <li key={`label ${row}`} role="presentation" class="group">
            {plainText(group.label)}
          </li>
        ),
        ...group.options.map((option) => {
          at += 1;
          const here = at;
          return (
            <li
              key={here}
              id={`${id}-${here}`}
              role="option"
              aria-selected={isChosen(option)}
              data-active={here === active || undefined}
              data-value={option.value}
              onMouseDown={(event) => (event.preventDefault(), onPick(option))}
            >
              <span class="grow">
                <Text text={option.text} />
                {option.description && (
                  <small>
                    <Plain text={option.description} />
                  </small>
                )}
              </span>
              {isChosen(option) && <span aria-hidden="true">✓</span>}
            </li>
          );
        }),
      ])}
      {found.note && (
        <li role="presentation" class="note">
          <span role="status">{found.note}</span>
        </li>
      )}
    </ul>
  );
}

const matching = (query) => (option) => plainText(option.text).toLowerCase().includes(query.trim().toLowerCase());

/** What the list shows for a query: filtered here, or asked of the app once the person stops typing. */
function useFound({ groups, search, least, query, open }) {
  const [answer, setAnswer] = useState({ groups: [], query: null });
  const enough = query.length >= least;
  useEffect(() => {
    if (!search || !open || !enough) return undefined;
    let current = true;
    const keep = (got) => current && setAnswer({ ...got, query });
    const timer = setTimeout(
      () =>
        search(query).then(
          (got) => keep({ groups: got }),
          () => keep({ groups: [], failed: true }),
        ),
      query ? PATIENCE : 0,
    );
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [query, open]);
  if (!search) return noted(groups.map((group) => ({ ...group, options: group.options.filter(matching(query)) })));
  if (!enough)
    return { groups: [], note: least === 1 ? "Type to search" : `Type at least ${least} characters to search` };
  if (answer.query !== query) return { groups: answer.groups, note: "Searching…" };
  return answer.failed ? { groups: [], note: "The options could not be loaded." } : noted(answer.groups);
}

const noted = (groups) => ({ groups, note: groups.some((group) => group.options.length) ? null : "No results" });
