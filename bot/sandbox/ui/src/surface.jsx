/* A surface is a message, a modal or a home tab: it holds the values of its elements and tells the app what was done. */
import { useMemo, useRef, useState } from "preact/hooks";
import { Surface, usePage, useSurface } from "./context.js";
import { named, valuesOf, withValue } from "./values.js";

/** The blocks with their ids, what their elements hold, and how to change one. */
export function useValues(given) {
  const blocks = useMemo(() => named(given), [given]);
  const typed = useRef({}); // only what the person changed
  const [, redraw] = useState(0);
  const set = (blockId, actionId, value) => {
    typed.current = withValue(typed.current, blockId, actionId, value);
    redraw((count) => count + 1);
  };
  return { blocks, values: () => valuesOf(blocks, typed.current), set };
}

export function SurfaceOf({ container, held, errors = {}, children }) {
  const page = usePage();
  const surface = {
    container,
    errors,
    ...held,
    act: (action) => page.act(container, action, { values: held.values() }),
    options: (block, element, value) =>
      page.options(container, { action_id: element.action_id, block_id: block.block_id, value }),
  };
  return <Surface.Provider value={surface}>{children}</Surface.Provider>;
}

/** One element at work: what it holds, `change` for its value, `press` for a click, the question before either. */
export function useElement(element, block, fires) {
  const surface = useSurface();
  const [question, setQuestion] = useState(null);
  const [busy, setBusy] = useState(false);
  const send = async (given) => {
    setBusy(true);
    await surface.act({ type: element.type, action_id: element.action_id, block_id: block.block_id, ...given });
    setBusy(false);
  };
  const asked = (act) => (element.confirm ? setQuestion(() => act) : act());
  const answer = (yes) => {
    setQuestion(null);
    if (yes) question();
  };
  const keep = (value) => surface.set(block.block_id, element.action_id, { type: element.type, ...value });
  return {
    held: surface.values()[block.block_id]?.[element.action_id],
    busy,
    keep, // without telling the app
    change: (value) => (fires ? asked(() => (keep(value), send(value))) : keep(value)),
    press: (value, after) => !busy && asked(() => (after?.(), send(value))),
    options: (value) => surface.options(block, element, value),
    confirming: question && { confirm: element.confirm, onAnswer: answer },
  };
}
