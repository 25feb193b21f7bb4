/** The last minutes as small charts. Each says in words what it shows. */

import { html, svg } from './lit.js';
import { symbol, word } from './symbols.js';
import { number, printable, rate } from './text.js';

const WIDTH = 300;
const HEIGHT = 72;
const TASKS = ['success', 'error', 'cancelled'];
const GROUPS = ['success', 'error', 'cancelled', 'timeout'];
const OPEN = ['running', 'queued'];

// What is told apart by colour is told apart by pattern, too.
const GAPS = { success: '', error: 'M-1 1l2-2M0 6L6 0M5 7l2-2', cancelled: 'M0 3h6', timeout: 'M3 0v6' };

export function charts({ history }) {
  const minutes = history.window / 60_000;
  return html`
    <h2 id="charts-title" tabindex="-1">The last ${minutes === 1 ? 'minute' : `${minutes} minutes`}</h2>
    <div class="charts">
      ${ended('chart-tasks', 'Tasks ended per second', history, 'tasks', TASKS)}
      ${open('chart-open', 'Tasks running and queued', history)}
      ${ended('chart-groups', 'Groups ended per second', history, 'groups', GROUPS)}
      ${cancellations('chart-cancellations', 'Cancellations by kind', history.cancellations())}
    </div>
  `;
}

/** What ended per second, by outcome, one on top of the other. */
function ended(id, title, history, kind, keys) {
  const points = history.rates(kind, keys);
  const top = ceiling(points.map(({ values }) => sum(values)));
  const series = keys.map((key) => ({ key, now: rate(history.rateNow(kind, key)) }));
  // The sum of all is drawn first, and what stands below it over it.
  const areas = [...keys.entries()].reverse().map(([index, key]) => svg`
    <path fill=${`url(#${id}-${key})`} d=${area(points, top, index, history.window)} />`);
  return chart(id, title, series, top, svg`${keys.map((key) => pattern(id, key))}${areas}`);
}

/** How many run and how many wait, now and before. */
function open(id, title, { samples, window }) {
  const top = ceiling(samples.flatMap(({ running, queued }) => [running, queued]));
  const series = OPEN.map((key) => ({ key, now: number(samples.at(-1)?.[key]) }));
  const lines = OPEN.map((key) => svg`
    <path class="line" data-series=${key}
      d=${line(samples.map((sample) => [sample.at, sample[key]]), top, window)} />`);
  return chart(id, title, series, top, lines);
}

function chart(id, title, series, top, drawing) {
  const said = `${title}: ${series.map(({ key, now }) => `${word(key)} ${now}`).join(', ')} now.`;
  return html`
    <figure class="chart" id=${id}>
      <figcaption>
        <h3>${title}</h3>
        <ul class="legend" role="list">
          ${series.map(({ key, now }) => html`<li data-series=${key}>${symbol(key)} ${word(key)} <b>${now}</b></li>`)}
        </ul>
      </figcaption>
      <div class="plot">
        <span class="top" aria-hidden="true">${number(top)}</span>
        <svg viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label=${said}>
          <path class="grid" d=${`M0 .5h${WIDTH}M0 ${HEIGHT / 2}h${WIDTH}`} />
          ${drawing}
          <path class="base" d=${`M0 ${HEIGHT - 0.5}h${WIDTH}`} />
        </svg>
      </div>
    </figure>
  `;
}

function pattern(id, key) {
  return svg`
    <pattern id=${`${id}-${key}`} data-series=${key} width="6" height="6" patternUnits="userSpaceOnUse">
      <rect width="6" height="6" /><path d=${GAPS[key]} />
    </pattern>`;
}

function cancellations(id, title, counts) {
  const most = counts[0]?.count;
  return html`
    <figure class="chart" id=${id}>
      <figcaption><h3>${title}</h3></figcaption>
      ${counts.length === 0
        ? html`<p class="empty">None yet.</p>`
        : html`<dl class="kinds">
          ${counts.map(({ kind, count }) => html`
            <div data-kind=${kind}>
              <dt>${printable(kind)}</dt>
              <dd>
                <svg class="bar" data-bar="cancelled" aria-hidden="true">
                  <rect class="part" width=${`${(count / most) * 100}%`} height="100%" rx="3" />
                </svg>
                ${number(count)}
              </dd>
            </div>`)}
        </dl>`}
    </figure>
  `;
}

/** The tasks per second of a name as a line without axes, beside a number. */
export function sparkline(name, history) {
  const pairs = history.rates('names', [name]).map(({ at, values }) => [at, values[0]]);
  const top = Math.max(1, ...pairs.map(([, value]) => value));
  const box = `0 -2 ${WIDTH} ${HEIGHT + 4}`;
  return html`<svg class="sparkline" viewBox=${box} preserveAspectRatio="none" aria-hidden="true">
    <path class="line" d=${line(pairs, top, history.window)} />
  </svg>`;
}

/** The area below the sum of the series up to the one with the index. */
function area(points, top, index, window) {
  if (points.length < 2) {
    return '';
  }
  const sums = points.map(({ at, values }) => [at, sum(values.slice(0, index + 1))]);
  return `${line(sums, top, window)}V${HEIGHT}H${x(sums[0][0], sums.at(-1)[0], window)}Z`;
}

function line(pairs, top, window) {
  const end = pairs.at(-1)?.[0];
  return pairs.length < 2 ? '' : `M${pairs.map(([at, value]) => `${x(at, end, window)} ${y(value, top)}`).join('L')}`;
}

function x(at, end, window) {
  return (WIDTH * (1 - (end - at) / window)).toFixed(1);
}

function y(value, top) {
  return (HEIGHT * (1 - value / top)).toFixed(1);
}

function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}

/** The next 1, 2 or 5 with noughts that no value exceeds. */
function ceiling(values) {
  const most = Math.max(1, ...values);
  const ten = 10 ** Math.floor(Math.log10(most));
  return ten * [1, 2, 5, 10].find((factor) => factor * ten >= most);
}
