/* table and data_table blocks. */
import { useState } from "preact/hooks";
import { RichText } from "./richtext.jsx";

const words = (cell) => (cell.type === "rich_text" ? richWords(cell) : String(cell.text ?? cell.value ?? ""));
const richWords = (part) => (part.elements ? part.elements.map(richWords).join("") : part.text || "");
const isNumber = (cell) => cell.type === "raw_number";

const Cell = ({ cell }) => (cell.type === "rich_text" ? <RichText block={cell} /> : <>{words(cell)}</>);

export function Table({ block }) {
  const settings = (at) => block.column_settings?.[at] || {};
  const style = (at) =>
    [settings(at).align && `to-${settings(at).align}`, settings(at).is_wrapped && "wraps"].filter(Boolean).join(" ");
  const [head, ...rows] = block.rows;
  return (
    <div class="scroll-x" role="group" tabIndex={0} aria-label="Table">
      <table class="grid">
        <thead>
          <tr>
            {head.map((cell, at) => (
              <th key={at} scope="col" class={style(at)}>
                <Cell cell={cell} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, at) => (
            <tr key={at}>
              {row.map((cell, column) => (
                <td key={column} class={style(column)}>
                  <Cell cell={cell} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function compare(a, b) {
  return isNumber(a) && isNumber(b)
    ? a.value - b.value
    : words(a).localeCompare(words(b), undefined, { numeric: true });
}

/** A table with pages, and columns to sort by. */
export function DataTable({ block }) {
  const [sort, setSort] = useState({ column: null, down: false });
  const [page, setPage] = useState(0);
  const [head, ...rows] = block.rows;
  const size = block.page_size || 5;
  const pages = Math.max(1, Math.ceil(rows.length / size));
  const shownPage = Math.min(page, pages - 1);
  const sorted =
    sort.column === null
      ? rows
      : [...rows].sort((a, b) => compare(a[sort.column], b[sort.column]) * (sort.down ? -1 : 1));
  const sortBy = (column) => {
    setSort({ column, down: sort.column === column && !sort.down });
    setPage(0);
  };
  return (
    <figure class="data-table">
      <div class="scroll-x" role="group" tabIndex={0} aria-label={block.caption}>
        <table class="grid">
          <caption>{block.caption}</caption>
          <thead>
            <tr>
              {head.map((cell, at) => (
                <Heading
                  key={at}
                  cell={cell}
                  number={rows.every((row) => isNumber(row[at]))}
                  order={sort.column === at ? (sort.down ? "descending" : "ascending") : undefined}
                  onSort={() => sortBy(at)}
                />
              ))}
            </tr>
          </thead>
          <tbody>
            {sorted.slice(shownPage * size, (shownPage + 1) * size).map((row, at) => (
              <Row key={at} row={row} header={block.row_header_column_index ?? 0} />
            ))}
          </tbody>
        </table>
      </div>
      {pages > 1 && <Pages page={shownPage} pages={pages} rows={rows.length} size={size} onPage={setPage} />}
    </figure>
  );
}

function Heading({ cell, number, order, onSort }) {
  return (
    <th scope="col" aria-sort={order} class={number ? "to-right" : ""}>
      <button type="button" class="sort" onClick={onSort}>
        {words(cell)} <span aria-hidden="true">{order ? (order === "descending" ? "↓" : "↑") : "↕"}</span>
      </button>
    </th>
  );
}

function Row({ row, header }) {
  return (
    <tr>
      {row.map((cell, at) => {
        const Tag = at === header ? "th" : "td";
        return (
          <Tag key={at} scope={at === header ? "row" : undefined} class={isNumber(cell) ? "to-right" : ""}>
            <Cell cell={cell} />
          </Tag>
        );
      })}
    </tr>
  );
}

function Pages({ page, pages, rows, size, onPage }) {
  return (
    <div class="pages">
      <span role="status">
        {page * size + 1}–{Math.min(rows, (page + 1) * size)} of {rows}
      </span>
      <button
        type="button"
        class="button small"
        disabled={page === 0}
        onClick={() => onPage(page - 1)}
        aria-label="Previous page"
      >
        ‹
      </button>
      <button
        type="button"
        class="button small"
        disabled={page === pages - 1}
        onClick={() => onPage(page + 1)}
        aria-label="Next page"
      >
        ›
      </button>
    </div>
  );
}
