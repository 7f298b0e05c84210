/* The blocks of Block Kit. */
import { useId, useState } from "preact/hooks";
import { Chart } from "./chart.jsx";
import { useSurface } from "./context.js";
import { Element } from "./elements.jsx";
import { Markdown } from "./markdown.jsx";
import { Plain, Text } from "./mrkdwn.jsx";
import { RichText } from "./richtext.jsx";
import { DataTable, Table } from "./table.jsx";

const DRAWN = {
  section: Section,
  header: Header,
  context: Context,
  divider: () => <hr />,
  image: Picture,
  actions: Actions,
  context_actions: Actions,
  input: Input,
  markdown: Markdown,
  rich_text: RichText,
  table: Table,
  data_table: DataTable,
  data_visualization: Chart,
  alert: Alert,
  card: Card,
  carousel: Carousel,
  container: Container,
};

export function Blocks({ blocks }) {
  return blocks.map((block) => {
    const Drawn = DRAWN[block.type] || Undrawn;
    return (
      <div key={block.block_id} class={`block ${block.type}-block`} data-block-id={block.block_id}>
        <Drawn block={block} />
      </div>
    );
  });
}

const Undrawn = ({ block }) => <p class="undrawn">The sandbox does not draw “{block.type}” blocks.</p>;

const FOLDED = 700; // characters of a section before Slack folds it away

/** Long texts are folded, as in Slack, unless the app says `expand`. */
function Folding({ long, children }) {
  const [open, setOpen] = useState(false);
  if (open || !long) return <>{children}</>;
  return (
    <>
      <div class="folded">{children}</div>
      <button type="button" class="link" onClick={() => setOpen(true)}>
        See more
      </button>
    </>
  );
}

function Section({ block }) {
  return (
    <>
      <div class="grow">
        {block.text && (
          <div class="text">
            <Folding long={!block.expand && block.text.text.length > FOLDED}>
              <Text text={block.text} />
            </Folding>
          </div>
        )}
        {block.fields && (
          <div class="fields">
            {block.fields.map((field, at) => (
              <div key={at}>
                <Text text={field} />
              </div>
            ))}
          </div>
        )}
      </div>
      {block.accessory && (
        <div class="accessory">
          <Element element={block.accessory} block={block} />
        </div>
      )}
    </>
  );
}

function Header({ block }) {
  return (
    <h3>
      <Plain text={block.text} />
    </h3>
  );
}

function Context({ block }) {
  return block.elements.map((element, at) =>
    element.type === "image" ? (
      <img key={at} src={element.image_url} alt={element.alt_text} />
    ) : (
      <span key={at}>
        <Text text={element} />
      </span>
    ),
  );
}

function Picture({ block }) {
  return (
    <figure>
      {block.title && (
        <figcaption>
          <Plain text={block.title} />
        </figcaption>
      )}
      <img src={block.image_url || block.slack_file?.url} alt={block.alt_text} />
    </figure>
  );
}

function Actions({ block }) {
  return block.elements.map((element, at) => <Element key={element.action_id || at} element={element} block={block} />);
}

/** Elements made of several inputs are groups: a label cannot point at them, so they point at the label. */
const GROUPS = ["checkboxes", "radio_buttons"];

function Input({ block }) {
  const { errors } = useSurface();
  const id = useId();
  const error = errors[block.block_id];
  const isGroup = GROUPS.includes(block.element.type);
  const field = {
    id: `${id}-input`,
    "aria-labelledby": isGroup ? `${id}-label` : undefined,
    "aria-describedby": [error && `${id}-error`, block.hint && `${id}-hint`].filter(Boolean).join(" ") || undefined,
    "aria-invalid": error ? true : undefined,
    "aria-required": !isGroup && !block.optional ? true : undefined,
    "aria-label": undefined,
    "data-focus": block.element.focus_on_load || undefined,
  };
  const Label = isGroup ? "div" : "label";
  return (
    <div class={error ? "field bad" : "field"}>
      <Label id={`${id}-label`} class="label" for={isGroup ? undefined : field.id}>
        <Plain text={block.label} />
        {block.optional && <span class="optional"> (optional)</span>}
      </Label>
      <Element
        element={block.element}
        block={block}
        field={field}
        fires={Boolean(block.dispatch_action)}
        optional={block.optional}
      />
      {error && (
        <p id={`${id}-error`} class="error" role="alert">
          {error}
        </p>
      )}
      {block.hint && (
        <p id={`${id}-hint`} class="hint">
          <Plain text={block.hint} />
        </p>
      )}
    </div>
  );
}

const ALERTS = {
  info: ["ℹ", "Information"],
  success: ["✓", "Success"],
  warning: ["!", "Warning"],
  error: ["✕", "Error"],
};

function Alert({ block }) {
  const [sign, name] = ALERTS[block.level] || ["●", "Note"];
  return (
    <div class={`alert-box ${block.level || ""}`} role={block.level === "error" ? "alert" : "status"}>
      <span class="sign" role="img" aria-label={name}>
        {sign}
      </span>
      <div class="grow">
        <Text text={block.text} />
      </div>
    </div>
  );
}

function Card({ block }) {
  return (
    <article class="card-box">
      {block.hero_image && <img class="hero" src={block.hero_image.image_url} alt={block.hero_image.alt_text} />}
      <div class="card-head">
        {block.icon && <img src={block.icon.image_url} alt={block.icon.alt_text} />}
        <div class="grow">
          {block.title && (
            <strong>
              <Text text={block.title} />
            </strong>
          )}
          {block.subtitle && (
            <small>
              <Text text={block.subtitle} />
            </small>
          )}
        </div>
      </div>
      {block.body && (
        <div>
          <Text text={block.body} />
        </div>
      )}
      {block.actions && (
        <div class="card-actions">
          {block.actions.map((element, at) => (
            <Element key={at} element={element} block={block} />
          ))}
        </div>
      )}
    </article>
  );
}

function Carousel({ block }) {
  return (
    <div class="slides" role="group" tabIndex={0} aria-label="Cards">
      {block.elements.map((card, at) => (
        <Card key={at} block={{ block_id: block.block_id, ...card }} />
      ))}
    </div>
  );
}

/** A title over other blocks, which fold away where the app says so. */
function Container({ block }) {
  const head = (
    <span class="container-head">
      {block.icon && <img src={block.icon.image_url} alt={block.icon.alt_text} />}
      <span class="grow">
        <strong>{block.rich_text_title ? <RichText block={block.rich_text_title} /> : <Text text={block.title} />}</strong>
        {block.subtitle && (
          <small>
            <Text text={block.subtitle} />
          </small>
        )}
      </span>
    </span>
  );
  const box = `container-box ${block.width || "standard"}`;
  if (!block.is_collapsible) {
    return (
      <section class={block.has_header_divider ? `${box} divided` : box}>
        {head}
        <Blocks blocks={block.child_blocks} />
      </section>
    );
  }
  return (
    <details class={box} open={!block.default_collapsed}>
      <summary>{head}</summary>
      <Blocks blocks={block.child_blocks} />
    </details>
  );
}
