/** What is open now: requests, groups and tasks, nested as they were opened. */

import { html, nothing, repeat } from './lit.js';
import { outline } from './outline.js';
import { bar, symbol, unseen, word } from './symbols.js';
import { duration, number, plural, printable, why } from './text.js';

const COUNTS = ['running', 'queued', 'success', 'error', 'cancelled'];

// Each press of "Show more" adds as many rows to a list.
const MORE = 100;

// Less than this part of its time is left: the bar says so.
const SOON = 0.2;

/**
 * @param page `data`, and `view`: what is folded, unfolded and searched for, see outline(); and `act`, what rows can
 * do: fold(id), unfold(id), more(list, n), cancel(item), timeline(id)
 */
export function tree(page) {
  const { data, view } = page;
  const top = outline(data.open ?? [], view);
  return html`
    <h2 id="tree-title" tabindex="-1">Open now</h2>
    <p class="summary" id="tree-summary">${summary(data, top, view)}</p>
    <div class="scroll" id="tree-rows" tabindex="0" role="group" aria-label="Rows of what is open"
      @focusin=${noteFocus}>
      ${top.rows.length === 0
        ? html`<p class="empty">${view.query ? 'Nothing open has such a name.' : 'Nothing is open.'}</p>`
        : list('top', top, page)}
    </div>
  `;
}

function summary(data, top, view) {
  const names = data.names ?? [];
  const sum = (pick) => names.reduce((total, name) => total + (pick(name) ?? 0), 0);
  const parts = [
    plural(sum((name) => name.open), 'group'),
    `${plural(sum((name) => name.tasks?.running), 'task')} running`,
    `${number(sum((name) => name.tasks?.queued))} queued`,
  ];
  const { tasks = 0, groups = 0 } = data.leftOut ?? {};
  if (tasks + groups > 0) {
    parts.push(`${number(tasks + groups)} left out by the server`);
  }
  if (view.query) {
    parts.push(`the search leaves ${plural(top.found, 'row')}`);
  }
  return parts.join(' · ');
}

function list(id, { rows, hidden, full, leftOut }, page) {
  return html`
    ${rows.length === 0 ? nothing : html`<ul class="list" role="list">
      ${repeat(rows, (row) => row.item.id, (row) => (row.item.kind ? scope(row, id === 'top', page) : task(row, page)))}
    </ul>`}
    ${hidden > 0 ? html`<p class="rest">
      ${number(hidden)} more here.
      ${full
        ? 'The page draws no more rows: fold or search.'
        : html`<button type="button" @click=${() => page.act.more(id, MORE)}>Show more</button>`}
    </p>` : nothing}
    ${leftOut > 0 ? html`<p class="rest">${plural(leftOut, 'task')} left out by the server.</p>` : nothing}
  `;
}

function scope(row, top, page) {
  const { item } = row;
  const { id, kind, state } = item;
  const name = printable(item.name);
  return html`
    <li data-id=${id} data-kind=${kind} data-state=${state} data-name=${name}>
      <div class="row">
        <button type="button" class="fold" aria-expanded=${!row.folded} @click=${() => page.act.fold(id)}>
          ${symbol(kind, { state })}<bdi class="name" title=${name}>${name}</bdi>
        </button>
        <span class="kind">${kind}</span>
        ${top ? html`<button type="button" class="quiet" data-action="timeline" @click=${() => page.act.timeline(id)}>
          Timeline${unseen(` of ${name}`)}</button>` : nothing}
        ${state === 'cancelling' ? cancelling(item.cancellation) : nothing}
        <span class="space"></span>
        ${counts(item.counts)}
        ${permits(item.limits)}
        <span class="age">${unseen('open for ')}${duration(item.ageMillis)}</span>
        ${timeLeft(item)}
        ${cancelButton(item, kind, page)}
      </div>
      ${row.folded ? nothing : list(id, row, page)}
    </li>
  `;
}

function task(row, page) {
  const { item } = row;
  const { id, state } = item;
  const name = printable(item.name);
  const unfolded = page.view.unfolded.has(id);
  return html`
    <li data-id=${id} data-kind="task" data-state=${state} data-name=${name}>
      <div class="row">
        <button type="button" class="fold" aria-expanded=${unfolded} @click=${() => page.act.unfold(id)}>
          ${symbol(state, { label: `${state} task` })}<bdi class="name" title=${name}>${name}</bdi>
        </button>
        ${state === 'running' ? nothing : html`
          <span class="state" data-state=${state} aria-hidden="true">${state}</span>`}
        <span class="space"></span>
        <span class="age">${unseen('for ')}${duration(item.ageMillis)}</span>
        <span class="left"></span>
        ${cancelButton(item, 'task', page)}
      </div>
      ${unfolded ? thread(item) : nothing}
      ${list(id, row, page)}
    </li>
  `;
}

/** Where a task is: its thread, and the uppermost frames of its stack if it has run for a while. */
function thread({ thread: name = '', threadId, stack = [] }) {
  if (threadId === undefined) {
    return html`<p class="thread">It has no thread yet: it waits for a permit.</p>`;
  }
  return html`
    <div class="thread">
      <p>
        Thread <bdi>${printable(name)}</bdi> #${threadId}${stack.length
          ? ':'
          : '. Its stack is shown when it has run for a while.'}
      </p>
      ${stack.length === 0 ? nothing : html`<ol class="stack">
        ${stack.map((frame) => html`<li>${printable(frame)}</li>`)}
      </ol>`}
    </div>
  `;
}

function cancelling(cancellation) {
  const reason = why(cancellation);
  return html`<span class="state" data-state="cancelling" title=${reason}>
    ${symbol('cancelling')} cancelling${reason ? html`: <bdi>${reason}</bdi>` : nothing}
  </span>`;
}

function counts(byState = {}) {
  return html`<span class="counts">
    ${COUNTS.filter((state) => byState[state] > 0).map((state) => html`
      <span data-count=${state} title=${word(state)}>
        ${symbol(state)}${number(byState[state])}${unseen(` ${word(state)}, `)}
      </span>`)}
  </span>`;
}

/** The permits of the group alone; those that all groups of a name share stand beside the name. */
function permits(limits = []) {
  const own = limits.find((limit) => !limit.shared && limit.limit > 0);
  return own ? html`<span class="permits">
    ${bar('permits', (own.inUse ?? 0) / own.limit)}
    ${number(own.inUse)}/${number(own.limit)}${unseen(' permits in use')}
  </span>` : nothing;
}

function timeLeft({ timeLeftMillis: left, ageMillis = 0 }) {
  if (left === undefined || left === null) {
    return html`<span class="left"></span>`;
  }
  const part = left / Math.max(1, left + ageMillis);
  return html`<span class="left">
    ${bar(part < SOON ? 'soon' : 'time', part)}
    <span>${left > 0 ? html`${duration(left)}${unseen(' left')}` : 'over'}</span>
  </span>`;
}

/** Not disabled once it is pressed: it would lose the focus. */
function cancelButton(item, kind, { access, act }) {
  const cancelled = item.state === 'cancelling';
  return access.cancel ? html`<button type="button" class="cancel" data-action="cancel" aria-disabled=${cancelled}
    @click=${() => cancelled || act.cancel({ ...item, kind })}>
    Cancel${unseen(` ${kind} ${printable(item.name)}`)}</button>` : nothing;
}

let focused = null;

function noteFocus(event) {
  focused = event.target;
}

/** To be called after drawing: a row that ends takes the focus with it, so the list gets it. */
export function keepFocus() {
  if (focused && !focused.isConnected) {
    focused = null;
    if (document.activeElement === document.body) {
      document.getElementById('tree-rows').focus({ preventScroll: true });
    }
  }
}
