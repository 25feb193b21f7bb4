/** One fan-out: what ran when, what waited how long, what was cancelled why. A table, with bars in one column. */

import { html, nothing, repeat, svg } from './lit.js';
import { matches } from './outline.js';
import { fanOuts, rowsOf } from './recent.js';
import { mark, symbol, unseen, word } from './symbols.js';
import { clock, duration, number, printable, why } from './text.js';

const ROWS = 200;
const CHOICES = 100;
const NEWEST = '';
const INDENT = 10;

// Outcomes and the kinds of cancellation that say the same.
const SAME = { timeout: 'timeout', error: 'failure' };

// The axis is cut into at most so many parts, each of a round length.
const TICKS = 3;
const SECONDS = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 18_000, 36_000];
const STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, ...SECONDS.map((seconds) => seconds * 1000)];
const NOTHING_MORE = /\.0(?= s)| 0 s$| 0 min$/;

// What was shown last, so that it stays when the server has forgotten it; and the list that somebody chooses from,
// so that it stands still meanwhile.
let kept;
let still;

/** @param page its `chosen` is the id of a request or a top group, or undefined to follow the newest that has ended */
export function timeline({ data, chosen, view, act }) {
  const all = fanOuts(data, kept?.id === chosen ? kept : undefined);
  const shown = chosen === undefined ? newest(all, view.query) : all.find(({ id }) => id === chosen);
  kept = shown;
  const offered = still ?? choices(all, chosen, view.query);
  return html`
    <h2 id="timeline-title" tabindex="-1">Timeline</h2>
    <p class="choice">
      <label for="fan-out">Of</label>
      <select id="fan-out" @focus=${() => { still = offered; }} @blur=${() => { still = undefined; }}
        @change=${({ target }) => act.choose(target.value === NEWEST ? undefined : Number(target.value))}>
        <option value=${NEWEST} .selected=${chosen === undefined}>the newest that has ended</option>
        ${repeat(offered, ({ id }) => id, ({ id, head }) => html`
          <option value=${id} .selected=${id === chosen}>${title(head)}</option>`)}
      </select>
      ${chosen === undefined && shown ? html`
        <button type="button" class="quiet" id="keep" @click=${() => act.choose(shown.id)}>Keep this one</button>`
        : nothing}
    </p>
    ${shown
      ? fanOut(shown)
      : html`<p class="empty">${chosen === undefined ? 'Nothing has ended yet.' : 'It is not known any more.'}</p>`}
  `;
}

function choices(all, chosen, query) {
  const fitting = all.filter(({ head }) => fits(head, query)).slice(0, CHOICES);
  return fitting.some(({ id }) => id === chosen) ? fitting : [...fitting, ...all.filter(({ id }) => id === chosen)];
}

function newest(all, query) {
  const ended = all.filter(({ head }) => !head.open && head.kind !== 'supervisor' && fits(head, query));
  const end = ({ head }) => head.from + head.ran;
  return ended.reduce((last, each) => (last && end(last) >= end(each) ? last : each), undefined);
}

function fits(head, query) {
  return !query || matches(head.name, query);
}

function title({ name, from, ran, open, outcome }) {
  return `${printable(name)}, ${clock(from)}, ${open ? 'open for ' : ''}${duration(ran)}, ${word(outcome)}`;
}

function fanOut(shown) {
  const { id, head, tasks } = shown;
  const rows = rowsOf(shown);
  // A supervisor may be as old as the application: then its tasks are what is looked at.
  const from = head.kind === 'supervisor' && tasks.length ? Math.min(...tasks.map((task) => task.from)) : head.from;
  const to = Math.max(from + 1, ...rows.map(({ item }) => item.from + (item.waited ?? 0) + item.ran));
  return html`
    <div class="scroll" tabindex="0" role="group" aria-label="Table of the timeline">
      <table data-id=${id}>
        <caption>
          <bdi class="name">${printable(head.name)}</bdi>
          <span class="kind">${head.kind} ${id}, from ${clock(from)}</span>
        </caption>
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col" class="when">${unseen('When')}${axis(to - from)}</th>
            <th scope="col" class="number">Waited</th>
            <th scope="col" class="number">Ran</th>
            <th scope="col">Ended</th>
          </tr>
        </thead>
        <tbody>${repeat(rows.slice(0, ROWS), ({ item }) => item.id, (row) => line(row, from, to))}</tbody>
      </table>
      ${rows.length > ROWS ? html`<p class="rest">${number(rows.length - ROWS)} more are not drawn.</p>` : nothing}
    </div>
  `;
}

function line({ item, depth }, from, to) {
  const name = printable(item.name);
  return html`
    <tr data-id=${item.id} data-kind=${item.kind} data-outcome=${item.outcome} data-name=${name}>
      <th scope="row">
        <span class="what">
          <svg class="indent" width=${Math.min(depth, 8) * INDENT} height="1" aria-hidden="true"></svg>
          ${item.kind === 'task' ? nothing : symbol(item.kind, { state: 'open', label: item.kind })}
          <bdi class="name" title=${name}>${name}</bdi>
        </span>
      </th>
      <td class="when">${unseen(`${duration(item.from - from)} after the beginning`)}${bars(item, from, to)}</td>
      <td class="number">${item.waited > 0 ? duration(item.waited) : ''}</td>
      <td class="number">${duration(item.ran)}</td>
      <td class="end">${symbol(item.outcome)} ${word(item.outcome)}${because(item)}</td>
    </tr>
  `;
}

/** What a failure was, or why it was cancelled; the outcome says already what it was. */
function because({ outcome, error, cancellation }) {
  // What cancelled the others has succeeded itself.
  if (outcome === 'success') {
    return nothing;
  }
  const said = cancellation?.kind === SAME[outcome] ? { ...cancellation, kind: undefined } : cancellation;
  const reason = error ? printable(error) : why(said);
  return reason ? html`: <bdi>${reason}</bdi>` : nothing;
}

/** What waited is hollow, what ran is solid, and the end has the shape of its outcome. */
function bars(item, from, to) {
  const task = item.kind === 'task';
  const started = item.from + (item.waited ?? 0);
  const end = started + item.ran;
  const rect = (kind, a, b, y, height) => {
    const left = place(Math.max(a, from), from, to);
    return svg`<rect class=${kind} x=${`${left}%`} y=${y} width=${`${Math.max(0.4, place(b, from, to) - left)}%`}
      height=${height} rx="2" />`;
  };
  return html`
    <svg class="bars" data-outcome=${item.outcome} aria-hidden="true">
      ${item.waited > 0 ? rect('waited', item.from, started, 4.5, 7) : nothing}
      ${item.ran > 0 ? rect('ran', started, end, task ? 3 : 6, task ? 10 : 4) : nothing}
      ${item.open || item.outcome === 'success' ? nothing : mark(item.outcome, `${place(end, from, to)}%`)}
    </svg>
  `;
}

function axis(length) {
  const step = STEPS.find((each) => length / each <= TICKS) ?? length / TICKS;
  const ticks = Array.from({ length: Math.floor(length / step) + 1 }, (_, index) => index * step);
  return html`<svg class="axis" aria-hidden="true">
    ${ticks.map((tick) => svg`
      <text x=${`${place(tick, 0, length)}%`} y="11" text-anchor=${tick > 0.85 * length ? 'end' : 'start'}>
        ${tick > 0 ? duration(tick).replace(NOTHING_MORE, '') : '0'}
      </text>`)}
  </svg>`;
}

/** Where an instant lies, in percent. Something is left at the end, for the mark there. */
function place(at, from, to) {
  return Number((94 * (at - from) / (to - from)).toFixed(2));
}
