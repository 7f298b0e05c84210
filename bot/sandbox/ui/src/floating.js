/* Lists that open below (or above) what was pressed. Fixed to the window, so that no scrolling box cuts them off. */
import { useEffect, useLayoutEffect, useState } from "preact/hooks";

const GAP = 4,
  EDGE = 8,
  LOWEST = 120,
  HIGHEST = 320; // pixels

/** The style that puts a list beside its anchor, and the closing of it when the person presses elsewhere or the anchor
    moves away. That something else scrolls is no reason to close. */
export function useFloating(open, anchor, list, onClose, { alignRight = false, minWidth = 220, match = true } = {}) {
  const [style, setStyle] = useState({});
  const place = () => setStyle(beside(anchor.current.getBoundingClientRect(), { alignRight, minWidth, match }));
  useLayoutEffect(() => {
    if (open && anchor.current) place();
  }, [open]);
  useEffect(() => {
    if (!open) return undefined;
    // What is open goes with its button, as long as that is to be seen.
    const follow = (scroller) => {
      const seen = isWithin(anchor.current, scroller);
      if (seen) place();
      return seen;
    };
    const outside = (node) => !anchor.current?.contains(node) && !list.current?.contains(node);
    const reasons = {
      mousedown: (event) => outside(event.target),
      scroll: ({ target }) => target.contains(anchor.current) && outside(target) && !follow(target),
      resize: () => true,
    };
    const leave = (event) => reasons[event.type](event) && onClose();
    const events = Object.keys(reasons);
    events.forEach((name) => window.addEventListener(name, leave, true));
    return () => events.forEach((name) => window.removeEventListener(name, leave, true));
  }, [open]);
  return style;
}

function isWithin(node, scroller) {
  const { top, bottom } = node.getBoundingClientRect();
  const box = (scroller.documentElement ?? scroller).getBoundingClientRect();
  return top >= box.top && bottom <= box.bottom;
}

function beside(rect, { alignRight, minWidth, match }) {
  const below = window.innerHeight - rect.bottom - GAP - EDGE;
  const above = rect.top - GAP - EDGE;
  const up = below < LOWEST * 2 && above > below;
  const width = Math.max(minWidth, match ? rect.width : 0);
  const left = Math.max(EDGE, Math.min(alignRight ? rect.right - width : rect.left, window.innerWidth - width - EDGE));
  const vertical = up ? { top: "auto", bottom: window.innerHeight - rect.top + GAP } : { top: rect.bottom + GAP };
  return {
    left,
    minWidth: width,
    maxWidth: window.innerWidth - left - EDGE,
    maxHeight: Math.max(LOWEST, Math.min(HIGHEST, up ? above : below)),
    ...vertical,
  };
}
