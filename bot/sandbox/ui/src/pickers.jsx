/* The selects of Block Kit: over given options, the app's answers, people, channels and conversations. */
import { shownName, usePage } from "./context.js";
import { plainText } from "./mrkdwn.jsx";
import { Picker } from "./picker.jsx";
import { keyOf } from "./values.js";

const SLACKS_LEAST = 3; // characters before an external select asks, unless it says otherwise

const isMany = (element) => element.type.startsWith("multi_");

/** What an element and its block settle for every picker. */
function shared({ element, field, optional }) {
  return {
    field,
    many: isMany(element),
    most: element.max_selected_items,
    placeholder: element.placeholder
      ? plainText(element.placeholder)
      : isMany(element)
        ? "Select options"
        : "Select an option",
    clearable: optional,
  };
}

/** Pickers whose value is the chosen option itself. */
function OptionPicker(props) {
  const { element, work } = props;
  const key = keyOf(element);
  const held = work.held[key];
  const onPick = (options) => work.change({ [key]: isMany(element) ? options : (options[0] ?? null) });
  return (
    <Picker {...shared(props)} {...props.from} chosen={isMany(element) ? held : held ? [held] : []} onPick={onPick} />
  );
}

const grouped = ({ options, option_groups: groups }) => groups || [{ options: options || [] }];

export const ListPicker = (props) => <OptionPicker {...props} from={{ groups: grouped(props.element) }} />;

export function RemotePicker(props) {
  return (
    <OptionPicker
      {...props}
      from={{ search: props.work.options, least: props.element.min_query_length ?? SLACKS_LEAST }}
    />
  );
}

/** Pickers whose value is an id: the options are made here. */
function IdPicker({ options, ...props }) {
  const { element, work } = props;
  const key = keyOf(element);
  const held = isMany(element) ? work.held[key] : [work.held[key]].filter(Boolean);
  const chosen = held.map((id) => options.find((option) => option.value === id) || asOption(id, id));
  const onPick = (picked) => {
    const ids = picked.map((option) => option.value);
    work.change({ [key]: isMany(element) ? ids : (ids[0] ?? null) });
  };
  return <Picker {...shared(props)} groups={[{ options }]} chosen={chosen} onPick={onPick} />;
}

const asOption = (value, text, detail) => ({
  value,
  text: { type: "plain_text", text, emoji: false },
  description: detail ? { type: "plain_text", text: detail, emoji: false } : undefined,
});

export function UserPicker(props) {
  const people = usePage().world.users.filter((user) => !user.is_bot);
  return <IdPicker {...props} options={people.map((user) => asOption(user.id, shownName(user), user.title))} />;
}

const channelOptions = (world) =>
  world.channels
    .filter((channel) => channel.kind === "channel")
    .map((channel) => asOption(channel.id, `#${channel.name}`));

export const ChannelPicker = (props) => <IdPicker {...props} options={channelOptions(usePage().world)} />;

export function ConversationPicker(props) {
  const { world } = usePage();
  const include = props.element.filter?.include || ["public", "private", "im"];
  const direct = world.channels
    .filter((channel) => channel.kind === "im")
    .map((channel) => {
      const other = [...world.users, world.bot].find((user) => user.id === channel.user);
      return asOption(channel.id, other ? shownName(other) : channel.name);
    });
  const rooms = include.some((kind) => kind !== "im" && kind !== "mpim") ? channelOptions(world) : [];
  return <IdPicker {...props} options={[...rooms, ...(include.includes("im") ? direct : [])]} />;
}
