/* Modals: up to three stacked views in one dialog, of which the topmost is seen. The others wait as they were left. */
import { useEffect, useRef, useState } from "preact/hooks";
import { Blocks } from "./blocks.jsx";
import { usePage } from "./context.js";
import { Dialog } from "./dialog.jsx";
import { Back, Close } from "./icons.jsx";
import { Plain } from "./mrkdwn.jsx";
import { SurfaceOf, useValues } from "./surface.jsx";
import { Toasts } from "./toasts.jsx";
import { problems } from "./values.js";

export function Modals() {
  const { world, closeViews } = usePage();
  if (!world.views.length) return null;
  const top = world.views.at(-1);
  return (
    <Dialog class="dialog modal" aria-labelledby={`title-${top.id}`} onCancel={() => closeViews([top])}>
      {world.views.map((view, depth) => (
        <View key={view.id} view={view} depth={depth} shown={view === top} />
      ))}
      <Toasts />
    </Dialog>
  );
}

function View({ view, depth, shown }) {
  const { world, closeViews } = usePage();
  const form = useRef();
  const held = useValues(view.blocks);
  const work = useSubmit(view, held);
  useFocus(form, shown, view.hash);
  useEffect(() => {
    if (Object.keys(work.errors).length) form.current.querySelector("[aria-invalid], .bad input")?.focus();
  }, [work.errors]);
  const known = new Set(held.blocks.map((block) => block.block_id));
  const elsewhere = Object.entries(work.errors)
    .filter(([block]) => !known.has(block))
    .map(([, text]) => text);
  const title = <Plain text={view.title} />;
  return (
    <form
      ref={form}
      hidden={!shown}
      noValidate
      data-view-id={view.id}
      data-callback-id={view.callback_id}
      aria-busy={work.busy}
      onSubmit={work.submit}
    >
      <header>
        {depth > 0 && (
          <button type="button" class="icon-button" aria-label="Back" onClick={() => closeViews([view])}>
            <Back />
          </button>
        )}
        <h2 id={`title-${view.id}`}>{title}</h2>
        <button
          type="button"
          class="icon-button"
          aria-label="Close"
          onClick={() => closeViews([...world.views].reverse())}
        >
          <Close />
        </button>
      </header>
      <div class="modal-body">
        {elsewhere.map((text) => (
          <p key={text} class="trouble" role="alert">
            {text}
          </p>
        ))}
        <SurfaceOf container={{ type: "view", view_id: view.id }} held={held} errors={work.errors}>
          <Blocks blocks={held.blocks} />
        </SurfaceOf>
      </div>
      {(view.submit || view.close) && (
        <footer>
          <button type="button" class="button big" onClick={() => closeViews([view])}>
            {view.close ? <Plain text={view.close} /> : "Cancel"}
          </button>
          {view.submit && (
            <button type="submit" class="button big primary" disabled={work.busy || view.submit_disabled}>
              {work.busy && <span class="spinner" />}
              <Plain text={view.submit} />
            </button>
          )}
        </footer>
      )}
    </form>
  );
}

/** Checks the form as Slack's client does, then hands it to the app, whose answer may be errors. */
function useSubmit(view, held) {
  const { submit: deliver } = usePage();
  const [state, setState] = useState({ busy: false, errors: {} });
  useEffect(() => setState({ busy: false, errors: {} }), [view.hash]);
  const submit = async (event) => {
    event.preventDefault();
    if (state.busy || !view.submit) return;
    const values = held.values();
    const errors = problems(held.blocks, values);
    const ready = !Object.keys(errors).length;
    setState({ busy: ready, errors });
    if (ready) setState({ busy: false, errors: await deliver(view, values) });
  };
  return { ...state, submit };
}

const FIELDS = ["[data-focus]", "input, textarea", ".modal-body button", "button[type=submit]", "[aria-label=Close]"];

/** The focus goes to the first field of a view that appears, and stays where it is in one that is redrawn. */
function useFocus(form, shown, version) {
  const enter = () =>
    FIELDS.map((selector) => form.current.querySelector(selector))
      .find(Boolean)
      .focus();
  useEffect(() => {
    if (shown) enter();
  }, [shown]);
  useEffect(() => {
    if (shown && !form.current.contains(document.activeElement)) enter();
  }, [version]);
}
