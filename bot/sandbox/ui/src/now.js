/* The sandbox's time, which goes on by itself between the moments at which the server tells it. */
import { useEffect, useState } from "preact/hooks";
import { usePage } from "./context.js";

const TICK = 5000; // milliseconds

/** The time now; who asks is drawn again as it goes on. */
export function useNow() {
  const { clock } = usePage().world;
  const [, redraw] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => redraw((count) => count + 1), TICK);
    return () => clearInterval(timer);
  }, []);
  return clock.now + performance.now() - clock.read;
}
