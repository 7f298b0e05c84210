/* What the inputs of a surface hold, in the shape of Slack's state.values, and what a form still lacks. */

/** Where each kind of element keeps its value, and which property of the element it starts with. */
const KEPT = {
  plain_text_input: ["value", "initial_value"],
  email_text_input: ["value", "initial_value"],
  url_text_input: ["value", "initial_value"],
  number_input: ["value", "initial_value"],
  datepicker: ["selected_date", "initial_date"],
  timepicker: ["selected_time", "initial_time"],
  datetimepicker: ["selected_date_time", "initial_date_time"],
  static_select: ["selected_option", "initial_option"],
  external_select: ["selected_option", "initial_option"],
  radio_buttons: ["selected_option", "initial_option"],
  users_select: ["selected_user", "initial_user"],
  channels_select: ["selected_channel", "initial_channel"],
  conversations_select: ["selected_conversation", "initial_conversation"],
  checkboxes: ["selected_options", "initial_options"],
  multi_static_select: ["selected_options", "initial_options"],
  multi_external_select: ["selected_options", "initial_options"],
  multi_users_select: ["selected_users", "initial_users"],
  multi_channels_select: ["selected_channels", "initial_channels"],
  multi_conversations_select: ["selected_conversations", "initial_conversations"],
  file_input: ["files", null],
  rich_text_input: ["rich_text_value", "initial_value"],
};

export const keyOf = (element) => KEPT[element.type]?.[0];
const holdsMany = (key) => /s$/.test(key);

export function initial(element) {
  const [key, from] = KEPT[element.type];
  return { type: element.type, [key]: element[from] ?? (holdsMany(key) ? [] : null) };
}

const elementsOf = (block) =>
  [block.element, block.accessory, ...(Array.isArray(block.elements) ? block.elements : [])].filter(Boolean);

/** The values of all elements: what was typed where something was, else what the app gave. A block or action of another
 * name starts anew, one that kept its names keeps what was typed, as in Slack. */
export function valuesOf(blocks, typed) {
  const values = {};
  for (const block of blocks || []) {
    for (const element of elementsOf(block)) {
      if (!keyOf(element)) continue;
      values[block.block_id] = {
        ...values[block.block_id],
        [element.action_id]: typed[block.block_id]?.[element.action_id] ?? initial(element),
      };
    }
  }
  return values;
}

export const withValue = (typed, blockId, actionId, value) => ({
  ...typed,
  [blockId]: { ...typed[blockId], [actionId]: value },
});

/** Slack gives every block an id; a block that came without one gets one here, by its place. */
export const named = (blocks) =>
  (blocks || []).map((block, at) => (block.block_id ? block : { ...block, block_id: `block-${at}` }));

const isEmpty = (held) => held == null || held === "" || (Array.isArray(held) && !held.length);

/** The errors Slack's own client shows before anything is sent, by block id. */
export function problems(blocks, values) {
  const found = {};
  for (const block of blocks) {
    if (block.type !== "input") continue;
    const held = values[block.block_id]?.[block.element.action_id]?.[keyOf(block.element)];
    const problem = isEmpty(held)
      ? !block.optional && "Please complete this required field."
      : misfit(block.element, held);
    if (problem) found[block.block_id] = problem;
  }
  return found;
}

function misfit(element, held) {
  switch (element.type) {
    case "number_input":
      return numberMisfit(element, held);
    case "email_text_input":
      return !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(held) && "Please enter a valid email address.";
    case "url_text_input":
      return !URL.canParse(held) && "Please enter a valid URL.";
    case "plain_text_input":
      return lengthMisfit(element, held);
    default:
      return null;
  }
}

function numberMisfit(element, held) {
  const number = Number(held);
  if (!Number.isFinite(number)) return "Please enter a number.";
  if (!element.is_decimal_allowed && !Number.isInteger(number)) return "Please enter a whole number.";
  if (element.min_value != null && number < Number(element.min_value))
    return `Please enter a number of at least ${element.min_value}.`;
  if (element.max_value != null && number > Number(element.max_value))
    return `Please enter a number of at most ${element.max_value}.`;
  return null;
}

function lengthMisfit(element, held) {
  if (element.min_length && held.length < element.min_length)
    return `Please enter at least ${element.min_length} characters.`;
  if (element.max_length && held.length > element.max_length)
    return `Please enter at most ${element.max_length} characters.`;
  return null;
}
