/* What the composer offers while one types: commands after "/", people after "@", channels after "#". No DOM here. */
import { shownName } from "./context.js";

const MOST = 10;

/** {from, to, items: [{key, label, detail, insert}]} for the word at the caret, or null where there is nothing to offer. */
export function complete(text, caret, { commands, users, channels }) {
  const before = text.slice(0, caret);
  if (commands && /^\/\S*$/.test(before))
    return offer(0, caret, commands.filter((one) => one.command.startsWith(before)).map(commandItem));
  const [, sign, word] = /(?:^|[\s(])([@#])([\w.-]*)$/.exec(before) || [];
  if (!sign) return null;
  const from = caret - word.length - 1;
  const items =
    sign === "@" ? users.filter(isCalled(word)).map(personItem) : channels.filter(isRoom(word)).map(channelItem);
  return offer(from, caret, items);
}

function offer(from, to, items) {
  return items.length ? { from, to, items: items.slice(0, MOST) } : null;
}

const startsWith = (word) => (name) => name.toLowerCase().startsWith(word.toLowerCase());
const isCalled = (word) => (user) => [user.name, ...shownName(user).split(/\s+/)].some(startsWith(word));
const isRoom = (word) => (channel) => channel.kind === "channel" && startsWith(word)(channel.name);

const commandItem = ({ command, description, usage_hint: hint }) => ({
  key: command,
  label: command,
  hint,
  detail: description,
  insert: `${command} `,
});
const personItem = (user) => ({
  key: user.id,
  user,
  label: shownName(user),
  detail: user.is_bot ? "App" : user.title,
  insert: `@${user.name} `,
});
const channelItem = (channel) => ({
  key: channel.id,
  label: `#${channel.name}`,
  detail: channel.topic,
  insert: `#${channel.name} `,
});

/** The command whose arguments are being typed, so that its hint can stay in sight. */
export function commandBeingTyped(text, commands) {
  return commands.find(({ command }) => text === command || text.startsWith(`${command} `));
}
