/* markdown blocks: read by marked, drawn by us as elements, so that HTML in the text stays text. */
import { lexer } from "marked";
import { withEmoji } from "./emoji.js";
import { Link } from "./mrkdwn.jsx";

export const Markdown = ({ block }) => (
  <div class="markdown">
    <Tokens tokens={lexer(block.text)} />
  </div>
);

const Tokens = ({ tokens }) => (tokens || []).map((token, at) => <Token key={at} token={token} />);

/** marked has escaped nothing yet that it leaves in `text`, except what the author wrote as an entity. */
const ENTITIES = { "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'", "&amp;": "&" };
const shown = (text) => withEmoji(text.replace(/&(?:lt|gt|quot|#39|amp);/g, (entity) => ENTITIES[entity]));

const INSIDE = { paragraph: "p", blockquote: "blockquote", strong: "strong", em: "em", del: "s" };

function Token({ token }) {
  const Tag = INSIDE[token.type];
  if (Tag)
    return (
      <Tag>
        <Tokens tokens={token.tokens} />
      </Tag>
    );
  switch (token.type) {
    case "space":
    case "def":
      return null;
    case "heading":
      return <Heading token={token} />;
    case "hr":
      return <hr />;
    case "br":
      return <br />;
    case "code":
      return <pre>{token.text}</pre>;
    case "codespan":
      return <code>{token.text}</code>;
    case "link":
      return (
        <Link url={token.href}>
          <Tokens tokens={token.tokens} />
        </Link>
      );
    case "image":
      return <Link url={token.href}>{token.text || token.href}</Link>;
    case "list":
      return <List token={token} />;
    case "table":
      return <Grid token={token} />;
    case "text":
      return token.tokens ? <Tokens tokens={token.tokens} /> : <>{shown(token.text)}</>;
    default:
      return <>{token.text ?? token.raw}</>;
  }
}

/** Headings in a message stand under the page's own, so they begin at the third level. */
function Heading({ token }) {
  const Tag = `h${Math.min(token.depth + 2, 6)}`;
  return (
    <Tag class={`level-${token.depth}`}>
      <Tokens tokens={token.tokens} />
    </Tag>
  );
}

function List({ token }) {
  const Tag = token.ordered ? "ol" : "ul";
  return (
    <Tag start={token.ordered ? token.start : undefined}>
      {token.items.map((item, at) => (
        <li key={at} class={item.task ? "task" : ""}>
          {item.task && (
            <span role="img" aria-label={item.checked ? "Done" : "Not done"}>
              {item.checked ? "☑" : "☐"}{" "}
            </span>
          )}
          <Tokens tokens={item.tokens.filter((inner) => inner.type !== "checkbox")} />
        </li>
      ))}
    </Tag>
  );
}

function Grid({ token }) {
  const cell =
    (Tag) =>
    ({ tokens, align }, at) => (
      <Tag key={at} class={align ? `to-${align}` : ""}>
        <Tokens tokens={tokens} />
      </Tag>
    );
  return (
    <div class="scroll-x" role="group" tabIndex={0} aria-label="Table">
      <table class="grid">
        <thead>
          <tr>{token.header.map(cell("th"))}</tr>
        </thead>
        <tbody>
          {token.rows.map((row, at) => (
            <tr key={at}>{row.map(cell("td"))}</tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
