/* The interactive elements of Block Kit. `field` carries the name, the id and the labels of the input it becomes. */
import { Confirm } from "./dialog.jsx";
import { DateField, DateTimeField, NumberField, RichField, TextField, TimeField } from "./inputs.jsx";
import { Plain, Text, plainText, safeHref } from "./mrkdwn.jsx";
import { Menu } from "./menu.jsx";
import { ChannelPicker, ConversationPicker, ListPicker, RemotePicker, UserPicker } from "./pickers.jsx";
import { useElement } from "./surface.jsx";
import { Dots } from "./icons.jsx";

const DRAWN = {
  button: Button,
  workflow_button: Button,
  icon_button: IconButton,
  feedback_buttons: Feedback,
  overflow: Overflow,
  image: Thumbnail,
  checkboxes: Checkboxes,
  radio_buttons: Radios,
  static_select: ListPicker,
  multi_static_select: ListPicker,
  external_select: RemotePicker,
  multi_external_select: RemotePicker,
  users_select: UserPicker,
  multi_users_select: UserPicker,
  channels_select: ChannelPicker,
  multi_channels_select: ChannelPicker,
  conversations_select: ConversationPicker,
  multi_conversations_select: ConversationPicker,
  datepicker: DateField,
  timepicker: TimeField,
  datetimepicker: DateTimeField,
  plain_text_input: TextField,
  email_text_input: TextField,
  url_text_input: TextField,
  number_input: NumberField,
  rich_text_input: RichField,
  file_input: NoFiles,
};

/** Outside an input block there is no label: the placeholder names the element. */
export function Element({ element, block, field, fires = true, optional = false }) {
  const Drawn = DRAWN[element.type];
  const work = useElement(element, block, fires);
  if (!Drawn) return <span class="undrawn">The sandbox does not draw “{element.type}”.</span>;
  const named = {
    "aria-label": element.placeholder && plainText(element.placeholder),
    ...field,
    name: element.action_id,
    "data-action-id": element.action_id,
  };
  return (
    <>
      <Drawn element={element} block={block} work={work} field={named} fires={fires} optional={optional} />
      {work.confirming && <Confirm {...work.confirming} />}
    </>
  );
}

const visit = (url) => safeHref(url) && window.open(url, "_blank", "noopener");

function Button({ element, work }) {
  const press = () => work.press({ text: element.text, value: element.value }, () => element.url && visit(element.url));
  return (
    <button
      type="button"
      class={`button ${element.style || ""}`}
      data-action-id={element.action_id}
      data-value={element.value}
      aria-busy={work.busy}
      aria-label={element.accessibility_label}
      role={element.url ? "link" : undefined}
      onClick={press}
    >
      <Plain text={element.text} />
    </button>
  );
}

function IconButton({ element, work }) {
  return (
    <button
      type="button"
      class="button small"
      data-action-id={element.action_id}
      aria-busy={work.busy}
      aria-label={element.accessibility_label}
      onClick={() => work.press({ value: element.value })}
    >
      <Plain text={element.text} />
    </button>
  );
}

function Feedback({ element, work }) {
  return [element.positive_button, element.negative_button].map((button, at) => (
    <button
      key={at}
      type="button"
      class="button small"
      data-action-id={element.action_id}
      data-value={button.value}
      aria-label={button.accessibility_label}
      onClick={() => work.press({ value: button.value })}
    >
      {at ? "👎" : "👍"} <Plain text={button.text} />
    </button>
  ));
}

function Overflow({ element, work }) {
  const items = element.options.map((option) => ({
    label: <Plain text={option.text} />,
    detail: option.description && plainText(option.description),
    data: { "data-value": option.value },
    onPick: () => work.press({ selected_option: option }, () => option.url && visit(option.url)),
  }));
  return (
    <Menu
      label="More actions"
      className="button overflow"
      button={<Dots />}
      items={items}
      data={{ "data-action-id": element.action_id }}
    />
  );
}

function Thumbnail({ element }) {
  return <img class="thumbnail" src={element.image_url} alt={element.alt_text} />;
}

function NoFiles() {
  return <p class="undrawn">Files cannot be added in the sandbox.</p>;
}

const same = (a, b) => a?.value === b.value;

function Checkboxes({ element, work, field }) {
  const { selected_options: chosen } = work.held;
  const toggle = (option, on) =>
    work.change({ selected_options: on ? [...chosen, option] : chosen.filter((one) => !same(one, option)) });
  return (
    <Choices
      element={element}
      field={field}
      type="checkbox"
      isOn={(option) => chosen.some((one) => same(one, option))}
      onChange={toggle}
    />
  );
}

function Radios({ element, work, field }) {
  const { selected_option: chosen } = work.held;
  return (
    <Choices
      element={element}
      field={field}
      type="radio"
      isOn={(option) => same(chosen, option)}
      onChange={(option) => work.change({ selected_option: option })}
    />
  );
}

function Choices({ element, field, type, isOn, onChange }) {
  const { id, name, "data-action-id": actionId, ...described } = field;
  return (
    <div {...described} class="choices" role={type === "radio" ? "radiogroup" : "group"} data-action-id={actionId}>
      {element.options.map((option) => (
        <label key={option.value} class="choice">
          <input
            type={type}
            name={type === "radio" ? `${id || ""}${name}` : name}
            data-action-id={name}
            value={option.value}
            checked={isOn(option)}
            onChange={(event) => onChange(option, event.target.checked)}
          />
          <span>
            <Text text={option.text} />
            {option.description && (
              <small>
                <Text text={option.description} />
              </small>
            )}
          </span>
        </label>
      ))}
    </div>
  );
}
