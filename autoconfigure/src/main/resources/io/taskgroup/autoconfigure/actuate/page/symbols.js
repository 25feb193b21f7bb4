/** The shapes that stand for kinds, states and outcomes. No two differ in their colour alone. */

import { html, nothing, svg } from './lit.js';

// Drawn in a square of 16 by 16.
const SHAPES = {
  root: 'M8 2.5v11M2.5 8h11M4 4l8 8M12 4l-8 8',
  group: 'M5.5 2.5h-3v11h3M10.5 2.5h3v11h-3',
  supervisor: 'M8 1.8l5.2 2v4.4c0 3-2.2 5-5.2 6.2-3-1.2-5.2-3.2-5.2-6.2V3.8z',
  open: 'M4.5 2.5v11l9-5.5z',
  queued: 'M8 2.5a5.5 5.5 0 1 0 .01 0z',
  running: 'M4.5 2.5v11l9-5.5z',
  cancelling: 'M8 1.8L14.2 8 8 14.2 1.8 8zM5.5 8h5',
  success: 'M2.5 8.5l3.8 4 7.2-9',
  error: 'M3.5 3.5l9 9M12.5 3.5l-9 9',
  cancelled: 'M8 2.5a5.5 5.5 0 1 0 .01 0zM4.2 11.8l7.6-7.6',
  timeout: 'M8 2.5a5.5 5.5 0 1 0 .01 0zM8 5v3.2l2.4 1.6',
  ended: 'M4 8h8',
};

const WORDS = { success: 'succeeded', error: 'failed', timeout: 'timed out' };

/** What people call a state or an outcome. */
export function word(state) {
  return WORDS[state] ?? state;
}

/** A shape in the colour of a state, with the word for it if none stands beside it. */
export function symbol(shape, { state = shape, label } = {}) {
  return html`<svg class="symbol" data-symbol=${state} viewBox="0 0 16 16" aria-hidden="true">
    <path d=${SHAPES[shape] ?? SHAPES.ended} /></svg>${label ? unseen(`${label} `) : nothing}`;
}

/** The same shape inside another drawing. */
export function mark(shape, x) {
  return svg`<svg class="symbol" data-symbol=${shape} x=${x} y="2" width="12" height="12" viewBox="0 0 16 16">
    <path d=${SHAPES[shape] ?? SHAPES.ended} /></svg>`;
}

/** A part of something: time left of all the time, permits in use of all permits. */
export function bar(kind, part) {
  const width = `${Math.max(0, Math.min(1, part)) * 100}%`;
  return html`<svg class="bar" data-bar=${kind} aria-hidden="true">
    <rect class="whole" width="100%" height="100%" rx="3" />
    <rect class="part" width=${width} height="100%" rx="3" />
  </svg>`;
}

/** Words for those who hear the page. */
export function unseen(words) {
  return html`<span class="unseen">${words}</span>`;
}
