/* rich_text blocks: structured text, nothing in it is parsed. */
import { Channel, Dated, Emoji, Link, Person } from "./mrkdwn.jsx";

export function RichText({ block }) {
  return (
    <div class="rich">
      {block.elements.map((part, at) => (
        <Part key={at} part={part} />
      ))}
    </div>
  );
}

function Part({ part }) {
  const border = part.border ? "bordered" : "";
  switch (part.type) {
    case "rich_text_list":
      return <List list={part} />;
    case "rich_text_quote":
      return (
        <blockquote class="pre">
          <Run elements={part.elements} />
        </blockquote>
      );
    case "rich_text_preformatted":
      return (
        <pre class={border}>
          <Run elements={part.elements} />
        </pre>
      );
    default:
      return (
        <div class="pre">
          <Run elements={part.elements} />
        </div>
      );
  }
}

const NUMBERING = ["decimal", "lower-alpha", "lower-roman"];
const BULLETS = ["disc", "circle", "square"];

function List({ list }) {
  const depth = list.indent || 0;
  const ordered = list.style === "ordered";
  const Tag = ordered ? "ol" : "ul";
  const style = { marginLeft: `${depth * 28}px`, listStyleType: (ordered ? NUMBERING : BULLETS)[depth % 3] };
  return (
    <Tag style={style} start={ordered ? (list.offset || 0) + 1 : undefined} class={list.border ? "bordered" : ""}>
      {list.elements.map((item, at) => (
        <li key={at} class="pre">
          <Run elements={item.elements} />
        </li>
      ))}
    </Tag>
  );
}

const Run = ({ elements }) =>
  elements.map((element, at) => (
    <Styled key={at} style={element.style}>
      <Piece element={element} />
    </Styled>
  ));

const MARKS = { bold: "strong", italic: "em", strike: "s", underline: "u", code: "code" };

function Styled({ style = {}, children }) {
  return Object.keys(MARKS)
    .filter((mark) => style[mark])
    .reduce((inner, mark) => {
      const Tag = MARKS[mark];
      return <Tag class={style.client_highlight ? "mine" : undefined}>{inner}</Tag>;
    }, children);
}

function Piece({ element }) {
  switch (element.type) {
    case "link":
      return <Link url={element.url}>{element.text || element.url}</Link>;
    case "emoji":
      return <Emoji name={element.name} />;
    case "user":
      return <Person id={element.user_id} />;
    case "channel":
      return <Channel id={element.channel_id} />;
    case "usergroup":
      return <span class="mention">@{element.usergroup_id}</span>;
    case "broadcast":
      return <span class="mention mine">@{element.range}</span>;
    case "color":
      return <Swatch value={element.value} />;
    case "date":
      return (
        <Dated ts={element.timestamp} pattern={element.format} url={element.url} fallback={element.fallback} />
      );
    default:
      return <>{element.text}</>;
  }
}

const Swatch = ({ value }) => (
  <span>
    <span class="swatch" style={{ background: value }} /> {value}
  </span>
);
