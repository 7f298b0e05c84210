/* People as coloured initials, drawn here: nothing is fetched for them. */
import { shownName, usePage } from "./context.js";

const COLOURS = [
  "#1264a3",
  "#a8481f",
  "#1f7a54",
  "#7b3fa0",
  "#b02a5b",
  "#2b6e7f",
  "#8a5a00",
  "#4a5aa8",
  "#5d6b1f",
  "#93344a",
];

const initials = (name) =>
  name
    .split(/\s+/)
    .filter(Boolean)
    .slice(0, 2)
    .map((word) => [...word][0].toUpperCase())
    .join("");

export function Avatar({ user, size = 36 }) {
  const { users } = usePage().world;
  const colour =
    COLOURS[
      Math.max(
        0,
        users.findIndex(({ id }) => id === user.id),
      ) % COLOURS.length
    ];
  const box = { width: size, height: size, fontSize: size * 0.42 };
  if (user.avatar) return <img class="avatar" style={box} src={user.avatar} alt="" />;
  return (
    <span
      class={user.is_bot ? "avatar bot" : "avatar"}
      style={{ ...box, background: user.is_bot ? undefined : colour }}
      aria-hidden="true"
    >
      {initials(shownName(user))}
    </span>
  );
}
