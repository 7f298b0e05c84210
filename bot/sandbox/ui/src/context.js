/* What every component may need: the world, the people's names, and the acts of the person at the page. */
import { createContext } from "preact";
import { useContext } from "preact/hooks";

export const Page = createContext(null);
export const usePage = () => useContext(Page);

/** The blocks of one message, modal or home tab: their values, their errors, and what to do when one is used. */
export const Surface = createContext(null);
export const useSurface = () => useContext(Surface);

export function useName() {
  const { world } = usePage();
  const named = (list, id) => list.find((one) => one.id === id);
  return {
    person: (id) =>
      named(world.users, id) ||
      (world.bot.id === id ? world.bot : { id, name: "unknown", real_name: "Unknown person" }),
    channel: (id) => named(world.channels, id),
  };
}

export const shownName = (user) => user.real_name || user.name;
