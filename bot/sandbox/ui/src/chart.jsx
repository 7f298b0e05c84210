/* data_visualization blocks: pie, bar, line and area charts in SVG, each with its table as the text beside it. */
import { useState } from "preact/hooks";

const COLOURS = [
  "#1264a3",
  "#e8912d",
  "#2bac76",
  "#8d5bc1",
  "#cd2553",
  "#2f9fc4",
  "#a8761b",
  "#616061",
  "#d66fa6",
  "#4c7a34",
  "#3949ab",
  "#b5493a",
];
const HIGH = 260,
  LEFT = 52,
  RIGHT = 12,
  TOP = 14,
  BOTTOM = 44,
  LABEL_HIGH = 18;
const INNER_HIGH = HIGH - TOP - BOTTOM;
const width = () => (window.innerWidth < 700 ? 330 : 560); // on a phone the text must not shrink with the picture

const colour = (at) => COLOURS[at % COLOURS.length];
const full = new Intl.NumberFormat("en-US", { maximumFractionDigits: 2 });
const short = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 1 });
const clip = (text, length) => (text.length > length ? `${text.slice(0, length - 1)}…` : text);

export function Chart({ block }) {
  const [table, setTable] = useState(false);
  const { chart, title } = block;
  const data = chart.type === "pie" ? pieTable(chart) : seriesTable(chart);
  const label = `${title}: ${chart.type} chart. ${data.rows.map((row) => row.join(" ")).join("; ")}`;
  return (
    <figure class="chart">
      <figcaption>
        <strong>{title}</strong>
        <button type="button" class="link" aria-pressed={table} onClick={() => setTable(!table)}>
          {table ? "View as chart" : "View as table"}
        </button>
      </figcaption>
      {table ? (
        <Figures data={data} />
      ) : chart.type === "pie" ? (
        <Pie chart={chart} label={label} />
      ) : (
        <Axes chart={chart} label={label} />
      )}
    </figure>
  );
}

const pieTable = ({ segments }) => ({
  head: ["", "Value"],
  rows: segments.map(({ label, value }) => [label, full.format(value)]),
});
const categories = (chart) => chart.axis_config?.categories || chart.series[0]?.data.map((point) => point.label) || [];
const valueAt = (series, category, at) =>
  (series.data.find((point) => point.label === category) ?? series.data[at])?.value ?? 0;

function seriesTable(chart) {
  const rows = categories(chart).map((name, at) => [
    name,
    ...chart.series.map((series) => full.format(valueAt(series, name, at))),
  ]);
  return { head: [chart.axis_config?.x_label || "", ...chart.series.map((series) => series.name)], rows };
}

function Figures({ data }) {
  return (
    <div class="scroll-x">
      <table class="grid">
        <thead>
          <tr>
            {data.head.map((name, at) => (
              <th key={at} scope="col" class={at ? "to-right" : ""}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {data.rows.map((row, at) => (
            <tr key={at}>
              {row.map((cell, column) =>
                column ? (
                  <td key={column} class="to-right">
                    {cell}
                  </td>
                ) : (
                  <th key={column} scope="row">
                    {cell}
                  </th>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Legend({ items }) {
  return (
    <ul class="legend">
      {items.map(([name, value], at) => (
        <li key={at}>
          <span class="swatch" style={{ background: colour(at) }} /> {name}
          {value && <b>{value}</b>}
        </li>
      ))}
    </ul>
  );
}

function Pie({ chart, label }) {
  const total = chart.segments.reduce((sum, { value }) => sum + value, 0) || 1;
  let turned = 0;
  const slices = chart.segments.map(({ label: name, value }, at) => {
    const from = turned;
    turned += value / total;
    return (
      <path key={at} d={slice(from, turned)} fill={colour(at)}>
        <title>{`${name}: ${full.format(value)}`}</title>
      </path>
    );
  });
  const share = (value) => `${full.format(value)} (${Math.round((value / total) * 100)} %)`;
  return (
    <div class="pie">
      <svg viewBox="-102 -102 204 204" role="img" aria-label={label}>
        {slices}
      </svg>
      <Legend items={chart.segments.map(({ label: name, value }) => [name, share(value)])} />
    </div>
  );
}

function slice(from, to) {
  const point = (turn) =>
    `${(100 * Math.sin(turn * 2 * Math.PI)).toFixed(2)} ${(-100 * Math.cos(turn * 2 * Math.PI)).toFixed(2)}`;
  if (to - from > 0.9999) return "M0 -100A100 100 0 1 1 0 100A100 100 0 1 1 0 -100Z";
  return `M0 0L${point(from)}A100 100 0 ${to - from > 0.5 ? 1 : 0} 1 ${point(to)}Z`;
}

/** Round steps up to at least the highest value, and down to the lowest where it is negative. */
function steps(values) {
  const high = Math.max(0, ...values),
    low = Math.min(0, ...values);
  const rough = (high - low || 1) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((by) => by * power).find((by) => by >= rough);
  const count = Math.ceil(high / step) - Math.floor(low / step);
  return Array.from({ length: count + 1 }, (_, at) => (Math.floor(low / step) + at) * step);
}

function Axes({ chart, label }) {
  const names = categories(chart);
  const wide = width(),
    inner = wide - LEFT - RIGHT;
  const marks = steps(chart.series.flatMap((series) => series.data.map((point) => point.value)));
  const low = marks[0],
    span = marks.at(-1) - low || 1;
  const y = (value) => TOP + INNER_HIGH * (1 - (value - low) / span);
  const slot = inner / Math.max(names.length, 1);
  const x = (at) => LEFT + slot * (at + 0.5);
  const Shape = { bar: Bars, line: Lines, area: Areas }[chart.type] || Bars;
  const every = Math.ceil((names.length * 46) / inner); // names closer than this run into each other
  const { x_label: xLabel, y_label: yLabel } = chart.axis_config || {};
  return (
    <>
      {yLabel && <div class="axis-label">{yLabel}</div>}
      <svg viewBox={`0 0 ${wide} ${xLabel ? HIGH : HIGH - LABEL_HIGH}`} role="img" aria-label={label}>
        {marks.map((mark) => (
          <g key={mark}>
            <line class="rule" x1={LEFT} x2={wide - RIGHT} y1={y(mark)} y2={y(mark)} />
            <text x={LEFT - 8} y={y(mark) + 4} text-anchor="end">
              {short.format(mark)}
            </text>
          </g>
        ))}
        <Shape series={chart.series} names={names} x={x} y={y} slot={slot} base={y(0)} />
        {names.map(
          (name, at) =>
            at % every === 0 && (
              <text key={name} x={x(at)} y={HIGH - BOTTOM + 18} text-anchor="middle">
                {clip(name, Math.max(4, Math.floor((slot * every) / 6.5)))}
              </text>
            ),
        )}
        {xLabel && (
          <text class="axis-label" x={LEFT + inner / 2} y={HIGH - 6} text-anchor="middle">
            {xLabel}
          </text>
        )}
      </svg>
      {chart.series.length > 1 && <Legend items={chart.series.map(({ name }) => [name])} />}
    </>
  );
}

const hint = (series, name, at) => (
  <title>{`${series.name}, ${name}: ${full.format(valueAt(series, name, at))}`}</title>
);

function Bars({ series, names, x, y, slot, base }) {
  const width = Math.min(36, (slot * 0.7) / series.length);
  return series.map((one, row) =>
    names.map((name, at) => {
      const top = y(valueAt(one, name, at));
      const left = x(at) + (row - series.length / 2) * width;
      return (
        <rect
          key={`${row} ${at}`}
          x={left}
          width={Math.max(1, width - 2)}
          y={Math.min(top, base)}
          height={Math.abs(base - top)}
          rx="2"
          fill={colour(row)}
        >
          {hint(one, name, at)}
        </rect>
      );
    }),
  );
}

const path = (one, names, x, y) =>
  names.map((name, at) => `${at ? "L" : "M"}${x(at).toFixed(1)} ${y(valueAt(one, name, at)).toFixed(1)}`).join("");

function Lines({ series, names, x, y }) {
  return series.map((one, row) => (
    <g key={row} stroke={colour(row)} fill={colour(row)}>
      <path d={path(one, names, x, y)} fill="none" stroke-width="2.5" stroke-linejoin="round" />
      {names.map((name, at) => (
        <circle key={at} cx={x(at)} cy={y(valueAt(one, name, at))} r="3.5">
          {hint(one, name, at)}
        </circle>
      ))}
    </g>
  ));
}

function Areas(props) {
  const { series, names, x, y, base } = props;
  return (
    <>
      {series.map((one, row) => (
        <path
          key={row}
          fill={colour(row)}
          fill-opacity="0.25"
          d={`${path(one, names, x, y)}L${x(names.length - 1)} ${base}L${x(0)} ${base}Z`}
        />
      ))}
      <Lines {...props} />
    </>
  );
}
