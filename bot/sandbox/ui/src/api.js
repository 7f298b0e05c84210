/* Talking to the small Slack: requests, and the stream of what happens. */

async function answer(response) {
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(body.error || `The sandbox answered ${response.status}.`);
  return body;
}

const reach = (path, given) =>
  fetch(path, given).catch(() => {
    throw new Error("The sandbox does not answer. Is it still running?");
  });

export async function get(path, query = {}) {
  const given = Object.entries(query).filter(([, value]) => value != null);
  return answer(await reach(`/page/${path}?${new URLSearchParams(given)}`));
}

export async function post(path, body) {
  const headers = { "Content-Type": "application/json" };
  return answer(await reach(`/page/${path}`, { method: "POST", headers, body: JSON.stringify(body) }));
}

const RETRY = 2000; // milliseconds before a stream that the browser gave up is opened again

/** Hear everything that happens for a person. `onLine` is told false when the line breaks, and true when it is up again:
 * by then something may have been missed. */
export function listen(user, onEvent, onLine) {
  let stream, timer;
  let broken = false;
  const open = () => {
    stream = new EventSource(`/page/events?${new URLSearchParams({ user })}`);
    stream.onerror = () => {
      if (!broken) onLine(false);
      broken = true;
      if (stream.readyState === EventSource.CLOSED) timer = setTimeout(open, RETRY);
    };
    stream.onopen = () => {
      if (broken) onLine(true);
      broken = false;
    };
    stream.onmessage = (event) => onEvent(JSON.parse(event.data));
  };
  open();
  return () => {
    clearTimeout(timer);
    stream.close();
  };
}
