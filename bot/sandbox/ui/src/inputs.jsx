/* Inputs that are typed: text, numbers, dates and times. */
import { usePage } from "./context.js";
import { plainText } from "./mrkdwn.jsx";
import { localInput, momentAt } from "./time.js";

const TYPES = { email_text_input: "email", url_text_input: "url", plain_text_input: "text" };
const placeholder = (element) => element.placeholder && plainText(element.placeholder);

/** The app hears of Enter or of each character, whichever it asked for; Enter unless it said otherwise. */
function telling(element, work, fires) {
  const when = element.dispatch_action_config?.trigger_actions_on || ["on_enter_pressed"];
  return {
    eachCharacter: fires && when.includes("on_character_entered"),
    onEnter: fires && when.includes("on_enter_pressed") ? (value) => work.press({ value }) : null,
  };
}

export function TextField({ element, work, field, fires }) {
  const { eachCharacter, onEnter } = telling(element, work, fires);
  const read = (event) => ({ value: event.target.value || null });
  const shared = {
    ...field,
    class: "input",
    placeholder: placeholder(element),
    maxLength: element.max_length,
    value: work.held.value ?? "",
    onInput: (event) => (eachCharacter ? work.change : work.keep)(read(event)),
  };
  if (element.multiline) return <textarea {...shared} rows={4} />;
  const onKeyDown = (event) => {
    if (event.key !== "Enter" || !onEnter) return;
    event.preventDefault();
    onEnter(work.held.value);
  };
  return <input {...shared} type={TYPES[element.type]} onKeyDown={onKeyDown} />;
}

/** Written as text, so that what is not a number can be named as the error it is. */
export function NumberField({ element, work, field, fires }) {
  const { eachCharacter } = telling(element, work, fires);
  const onInput = (event) => (eachCharacter ? work.change : work.keep)({ value: event.target.value.trim() || null });
  return (
    <input
      {...field}
      class="input"
      type="text"
      inputMode={element.is_decimal_allowed ? "decimal" : "numeric"}
      placeholder={placeholder(element)}
      value={work.held.value ?? ""}
      onInput={onInput}
    />
  );
}

export function DateField({ work, field }) {
  return (
    <input
      {...field}
      class="input"
      type="date"
      value={work.held.selected_date ?? ""}
      onChange={(event) => work.change({ selected_date: event.target.value || null })}
    />
  );
}

export function TimeField({ work, field }) {
  return (
    <input
      {...field}
      class="input"
      type="time"
      value={work.held.selected_time ?? ""}
      onChange={(event) => work.change({ selected_time: event.target.value || null })}
    />
  );
}

/** Shown on the wall clock of the person's zone, kept as seconds since 1970. */
export function DateTimeField({ work, field }) {
  const { tz } = usePage().world.me;
  const held = work.held.selected_date_time;
  const change = (event) =>
    work.change({ selected_date_time: event.target.value ? momentAt(event.target.value, tz) / 1000 : null });
  return (
    <input
      {...field}
      class="input"
      type="datetime-local"
      value={held ? localInput(held * 1000, tz) : ""}
      onChange={change}
    />
  );
}

const asRich = (text) =>
  text && { type: "rich_text", elements: [{ type: "rich_text_section", elements: [{ type: "text", text }] }] };
const asText = (rich) =>
  (rich?.elements || []).map((part) => part.elements.map((element) => element.text ?? "").join("")).join("\n");

export function RichField({ element, work, field }) {
  return (
    <textarea
      {...field}
      class="input"
      rows={4}
      placeholder={placeholder(element)}
      value={asText(work.held.rich_text_value)}
      onInput={(event) => work.keep({ rich_text_value: asRich(event.target.value) || null })}
    />
  );
}
