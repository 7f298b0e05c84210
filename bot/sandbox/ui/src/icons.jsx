/* The few icons of the page, drawn with the colour of the text around them. */

const Icon = ({ path, size = 18 }) => (
  <svg
    class="icon"
    width={size}
    height={size}
    viewBox="0 0 20 20"
    fill="none"
    stroke="currentColor"
    stroke-width="1.6"
    stroke-linecap="round"
    stroke-linejoin="round"
    aria-hidden="true"
  >
    <path d={path} />
  </svg>
);

export const Plus = () => <Icon path="M10 4v12M4 10h12" />;
export const Bolt = () => <Icon path="M11 2.5 4.5 11.5h5l-.5 6 6.5-9h-5z" />;
export const Close = () => <Icon path="M5 5l10 10M15 5 5 15" />;
export const Back = () => <Icon path="M12 4l-6 6 6 6" />;
export const Bars = () => <Icon path="M3 5h14M3 10h14M3 15h14" />;
export const Send = () => <Icon path="M3 10 2.5 3.5 18 10 2.5 16.5z M3 10h7" />;
export const Reply = () => <Icon path="M3 4h14v9H9l-4 4v-4H3z" />;
export const Eye = () => (
  <Icon
    size={14}
    path="M1.5 10S5 4 10 4s8.5 6 8.5 6-3.5 6-8.5 6-8.5-6-8.5-6z M10 12.2a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4z"
  />
);
export const File = () => <Icon size={22} path="M5 2.5h6.5l3.5 3.5v11.5h-10z M11.5 2.5v3.5h3.5" />;
export const Dots = () => (
  <svg class="icon" width="18" height="18" viewBox="0 0 20 20" fill="currentColor" aria-hidden="true">
    <circle cx="10" cy="4.5" r="1.6" />
    <circle cx="10" cy="10" r="1.6" />
    <circle cx="10" cy="15.5" r="1.6" />
  </svg>
);
