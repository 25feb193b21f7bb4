/** One line for each name of groups: what is open, its limit and queue, and what its tasks came to. */

import { html, nothing, repeat } from './lit.js';
import { sparkline } from './charts.js';
import { matches } from './outline.js';
import { bar, symbol, unseen, word } from './symbols.js';
import { number, printable, rate } from './text.js';

const OUTCOMES = ['success', 'error', 'cancelled'];

// Names that cannot be the last part of an address.
const NO_PATH = /^\.{0,2}$/;

export function names(page) {
  const { data, view } = page;
  const shown = (data.names ?? []).filter(({ name }) => !view.query || matches(name, view.query));
  shown.sort((a, b) => printable(a.name).localeCompare(printable(b.name)));
  return html`
    <h2 id="names-title" tabindex="-1">Names</h2>
    ${shown.length === 0
      ? html`<p class="empty">${view.query ? 'No group has such a name.' : 'No group has been opened yet.'}</p>`
      : html`<div class="scroll" tabindex="0" role="group" aria-label="Table of names">
        <table>
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col" class="number">Open</th>
              <th scope="col" class="number">Running</th>
              <th scope="col" class="number">Queued</th>
              <th scope="col">Shared limit</th>
              <th scope="col">Tasks/s</th>
              <th scope="col">Tasks ended</th>
            </tr>
          </thead>
          <tbody>${repeat(shown, ({ name }) => name, (name) => line(name, page))}</tbody>
        </table>
      </div>`}
  `;
}

function line({ name, open, limits = [], tasks = {} }, page) {
  const text = printable(name);
  const shared = limits.find((limit) => limit.shared && limit.limit > 0);
  return html`
    <tr data-name=${text}>
      <th scope="row"><bdi class="name" title=${text}>${text}</bdi></th>
      <td class="number" data-count="open">${number(open)}</td>
      <td class="number" data-count="running">${number(tasks.running)}</td>
      <td class="number" data-count="queued" data-busy=${tasks.queued > 0}>${number(tasks.queued)}</td>
      <td class="limit">
        ${shared ? limitOf(name, shared, tasks.queued, page) : html`<span class="none">none</span>`}
      </td>
      <td class="rate">
        ${sparkline(name, page.history)}
        <span>${rate(page.history.rateNow('names', name))}</span>
      </td>
      <td class="counts">
        ${OUTCOMES.map((outcome) => html`
          <span data-count=${outcome} data-zero=${!tasks[outcome]} title=${word(outcome)}>
            ${symbol(outcome)}${number(tasks[outcome])}${unseen(` ${word(outcome)} `)}
          </span>`)}
      </td>
    </tr>
  `;
}

function limitOf(name, { type, limit, inUse, waiting }, queued, { access, act }) {
  const settable = access.limit && type === 'concurrency' && !NO_PATH.test(name);
  return html`
    ${bar(inUse >= limit ? 'full' : 'permits', (inUse ?? 0) / limit)}
    <span>${inUse === undefined ? nothing : `${number(inUse)} of `}${number(limit)}</span>
    ${type === 'concurrency' ? nothing : html`<span class="kind">${type}</span>`}
    ${waiting > 0 && waiting !== queued ? html`<span class="waiting">${number(waiting)} waiting</span>` : nothing}
    ${settable ? html`<button type="button" class="quiet" data-action="limit"
      @click=${() => act.limit({ name, limit })}>
      Set${unseen(` the limit of ${printable(name)}`)}</button>` : nothing}
  `;
}
