/* What Slack would say when something went wrong. */
import { usePage } from "./context.js";
import { useEffect } from "preact/hooks";
import { Close } from "./icons.jsx";

const SHOWN = 10_000; // milliseconds

export function Toasts() {
  const { toasts } = usePage().world;
  return (
    <div class="toasts" role="alert">
      {toasts.map((toast) => (
        <Toast key={toast.id} toast={toast} />
      ))}
    </div>
  );
}

function Toast({ toast }) {
  const { dispatch } = usePage();
  const dismiss = () => dispatch({ type: "dismiss", id: toast.id });
  useEffect(() => {
    const timer = setTimeout(dismiss, SHOWN);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div class="toast">
      <span class="grow">{toast.text}</span>
      <button type="button" class="icon-button" aria-label="Dismiss" onClick={dismiss}>
        <Close />
      </button>
    </div>
  );
}
