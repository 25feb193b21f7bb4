/** The top of the page: how fresh the data is, search and pause, and what is wrong if something is. */

import { html, nothing } from './lit.js';
import { duration } from './text.js';

const INTERVALS = [1_000, 2_000, 5_000, 10_000];

// So much later than it should come, data is late.
const LATE = 2_000;

const WORDS = { problem: 'Not live', paused: 'Paused', late: 'Waiting', live: 'Live' };

export function header({ at, every, paused, problem, act }) {
  const age = ageOf(at);
  const state = problem ? 'problem' : paused ? 'paused' : age > every + LATE ? 'late' : 'live';
  return html`
    <h1>Task tree <span class="kind">${location.host}</span></h1>
    <p id="freshness" data-state=${state}>
      <span class="dot" aria-hidden="true"></span>
      <b>${WORDS[state]}</b>
      ${at ? html`<span>${age < 1000 ? 'data of this second' : `data ${seconds(age)} old`}</span>` : nothing}
    </p>
    <search>
      <label for="search">Search</label>
      <input id="search" type="search" autocomplete="off" spellcheck="false" placeholder="name"
        @input=${({ target }) => act.search(target.value)}>
    </search>
    <span>
      <label for="every">Every</label>
      <select id="every" @change=${({ target }) => act.every(Number(target.value))}>
        ${INTERVALS.map((millis) => html`<option value=${millis}>${millis / 1000} s</option>`)}
      </select>
    </span>
    <button type="button" id="pause" aria-pressed=${paused} @click=${act.pause}>Pause</button>
  `;
}

export function notice({ at, problem, act }) {
  return problem ? html`
    <div id="problem" class="notice" data-problem=${problem.kind}>
      <p>
        <b>${problemText(problem)}</b>
        ${at ? `What you see is ${seconds(ageOf(at))} old.` : nothing}
        ${problem.kind === 'denied' ? nothing : 'The page keeps asking.'}
      </p>
      <button type="button" @click=${act.retry}>Try again</button>
    </div>
  ` : nothing;
}

export function problemText({ kind, status }) {
  if (kind === 'unreachable') {
    return 'The server cannot be reached.';
  }
  if (kind === 'denied') {
    return status ? `Access is denied (${status}). Sign in, then try again.` : 'You have to sign in, then try again.';
  }
  return status ? `The server answered with an error (${status}).` : 'The server answered something that is not data.';
}

function ageOf(at) {
  return Math.max(0, Date.now() - at);
}

function seconds(millis) {
  return millis < 60_000 ? `${Math.floor(millis / 1000)} s` : duration(millis);
}
