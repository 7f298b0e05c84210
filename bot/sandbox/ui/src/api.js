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

/** Hear everything that happens for a person. `onReturn` is called when a broken line is up again: by then something
 * may have been missed. */
export function listen(user, onEvent, onReturn) {
  const stream = new EventSource(`/page/events?${new URLSearchParams({ user })}`);
  let broken = false;
  stream.onerror = () => (broken = true);
  stream.onopen = () => {
    if (broken) onReturn();
    broken = false;
  };
  stream.onmessage = (event) => onEvent(JSON.parse(event.data));
  return () => stream.close();
}
