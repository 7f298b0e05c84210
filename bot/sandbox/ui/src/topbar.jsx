/* The workspace's name, its clock, and who one is. */
import { Avatar } from "./avatar.jsx";
import { shownName, usePage } from "./context.js";
import { Bars } from "./icons.jsx";
import { Menu } from "./menu.jsx";
import { useNow } from "./now.js";
import { dayAndTime, tomorrowAt, zoneName } from "./time.js";

export function TopBar({ menuOpen, onMenu }) {
  const { world } = usePage();
  return (
    <header class="topbar">
      <button
        type="button"
        class="icon-button drawer"
        aria-label="Channels"
        aria-expanded={menuOpen}
        aria-controls="sidebar"
        onClick={onMenu}
      >
        <Bars />
      </button>
      <strong class="team">{world.team.name}</strong>
      <Clock />
      <Who />
    </header>
  );
}

/** The sandbox's time can be moved, but only forward. */
function Clock() {
  const { world, moveClock } = usePage();
  const { tz } = world.me;
  const now = useNow();
  const tomorrow = () => moveClock({ to: new Date(tomorrowAt("09:00", now, tz)).toISOString() });
  return (
    <div class="clock" role="group" aria-label="Sandbox clock">
      <time dateTime={new Date(now).toISOString()} title={`Sandbox time in ${tz}`}>
        {dayAndTime(now, world.me)} <small>{zoneName(now, tz)}</small>
      </time>
      <button type="button" onClick={() => moveClock({ forward: 15 * 60 })}>
        +15 min
      </button>
      <button type="button" onClick={() => moveClock({ forward: 3600 })}>
        +1 h
      </button>
      <button type="button" onClick={tomorrow}>
        Tomorrow 9:00
      </button>
    </div>
  );
}

function Who() {
  const { world, become } = usePage();
  const { me } = world;
  const role = me.role_hint || me.title;
  const items = world.users
    .filter((user) => !user.is_bot)
    .map((user) => ({
      label: shownName(user),
      detail: user.role_hint || user.title,
      icon: <Avatar user={user} size={28} />,
      checked: user.id === me.id,
      data: { "data-user": user.id },
      onPick: () => become(user.id),
    }));
  const button = (
    <>
      <Avatar user={me} size={24} />
      <span class="who-text">
        You are <strong>{shownName(me)}</strong>
        {role && <span class="role">, {role}</span>}
      </span>
      <span class="chevron" aria-hidden="true" />
    </>
  );
  return <Menu label="Switch person" speaks className="who" button={button} items={items} header="Act as" alignRight />;
}
