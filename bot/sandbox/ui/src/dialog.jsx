/* The browser's own modal dialog: it traps the focus and makes the rest inert. */
import { useLayoutEffect, useRef } from "preact/hooks";
import { Plain, Text } from "./mrkdwn.jsx";

export function Dialog({ onCancel, children, ...rest }) {
  const dialog = useRef();
  useLayoutEffect(() => {
    const before = document.activeElement;
    dialog.current.showModal();
    // Taken off the page, not closed: close() would give the focus back while the caret still stands in
    // the dialog, and Chromium would then type nowhere.
    return () => setTimeout(() => before.isConnected && before.focus());
  }, []);
  const cancel = (event) => {
    event.preventDefault(); // the page decides what closes
    if (event.target === dialog.current) onCancel();
  };
  // A browser may close a dialog on the second Escape without asking: open it again, and ask.
  const closed = (event) => {
    if (event.target !== dialog.current || !dialog.current?.isConnected) return;
    dialog.current.showModal();
    onCancel();
  };
  return (
    <dialog ref={dialog} onCancel={cancel} onClose={closed} {...rest}>
      {children}
    </dialog>
  );
}

/** The question an element asks before it acts. */
export function Confirm({ confirm, onAnswer }) {
  return (
    <Dialog
      class="dialog confirm"
      role="alertdialog"
      aria-labelledby="confirm-title"
      aria-describedby="confirm-text"
      onCancel={() => onAnswer(false)}
    >
      <h2 id="confirm-title">
        <Plain text={confirm.title} />
      </h2>
      <div id="confirm-text">
        <Text text={confirm.text} />
      </div>
      <footer>
        <button type="button" class="button" data-answer="deny" onClick={() => onAnswer(false)}>
          <Plain text={confirm.deny} />
        </button>
        <button
          type="button"
          class={`button ${confirm.style || "primary"}`}
          data-answer="confirm"
          onClick={() => onAnswer(true)}
        >
          <Plain text={confirm.confirm} />
        </button>
      </footer>
    </Dialog>
  );
}
