/** The page: what it knows, what was chosen on it, and its parts. */

import { render } from './lit.js';
import { charts } from './charts.js';
import { Feed, cancel, setLimit } from './data.js';
import { askForLimit, askToCancel } from './dialogs.js';
import { header, notice, problemText } from './header.js';
import { History } from './history.js';
import { names } from './names.js';
import { present } from './outline.js';
import { printable } from './text.js';
import { timeline } from './timeline.js';
import { keepFocus, tree } from './tree.js';

const MESSAGE_STAYS = 8_000;

// What a search has found is told to those who listen when they have stopped typing for so long.
const TYPING_ENDS = 800;

const place = (id) => document.getElementById(id);
const feed = new Feed(hear);

/** All that the parts draw from. `data` is the last answer, `at` is when it came. */
const page = {
  data: undefined,
  at: undefined,
  problem: undefined,
  access: {},
  history: new History(),
  paused: false,
  every: 1_000,
  chosen: undefined,
  view: { query: '', folded: new Set(), unfolded: new Set(), more: new Map() },
  act: {
    search, every, pause, fold, unfold, more, choose,
    timeline: toTimeline,
    cancel: askAndCancel,
    limit: askAndLimit,
    retry: () => feed.now(),
  },
};

function hear({ data, problem }) {
  if (problem) {
    // Said when it begins, not each time.
    if (problem.kind !== page.problem?.kind || problem.status !== page.problem?.status) {
      say(problemText(problem));
    }
    Object.assign(page, { problem });
  } else {
    if (page.problem) {
      say('The server answers again.');
    }
    Object.assign(page, { data, at: Date.now(), problem: undefined, access: data.access ?? {} });
    page.history.add(data);
    page.view.unfolded = present(data.open ?? [], page.view.unfolded);
    feed.stacks(page.view.unfolded.size > 0);
  }
  draw();
}

function draw() {
  drawTop();
  if (page.data) {
    place('waiting')?.remove();
    render(charts(page), place('charts'));
    render(tree(page), place('tree'));
    render(names(page), place('names'));
    render(timeline(page), place('timeline'));
    keepFocus();
  }
}

/** What gets older by itself. */
function drawTop() {
  render(header(page), place('top'));
  render(notice(page), place('notice'));
}

let typing;

function search(text) {
  page.view.query = text.trim().toLowerCase();
  // What is found shall not be hidden in a closed list.
  page.view.folded.clear();
  draw();
  clearTimeout(typing);
  typing = setTimeout(() => {
    place('found').textContent = place('tree-summary')?.textContent ?? '';
  }, TYPING_ENDS);
}

function every(millis) {
  page.every = millis;
  feed.every(millis);
  draw();
}

function pause() {
  page.paused = !page.paused;
  feed.pause(page.paused);
  draw();
}

function fold(id) {
  toggle(page.view.folded, id);
  draw();
}

function unfold(id) {
  toggle(page.view.unfolded, id);
  feed.stacks(page.view.unfolded.size > 0);
  draw();
}

function toggle(ids, id) {
  if (!ids.delete(id)) {
    ids.add(id);
  }
}

function more(list, count) {
  page.view.more.set(list, (page.view.more.get(list) ?? 0) + count);
  draw();
}

function choose(id) {
  page.chosen = id;
  draw();
}

function toTimeline(id) {
  choose(id);
  place('timeline-title').focus();
}

async function askAndCancel(item) {
  if (await askToCancel(item)) {
    const { id, kind, name } = item;
    const problem = await cancel(page.access, id);
    tell(problem, `The ${kind} ${printable(name)} is being cancelled.`, `The ${kind} has ended already.`);
  }
}

async function askAndLimit({ name, limit }) {
  const wanted = await askForLimit({ name, limit });
  if (wanted) {
    const problem = await setLimit(page.access, name, wanted);
    tell(problem, `The limit of ${printable(name)} is ${wanted} now.`, 'There is no such limit.');
  }
}

function tell(problem, done, gone) {
  if (!problem) {
    say(done);
  } else {
    say(problem.status === 404 ? gone : `Nothing was done. ${problemText(problem)}`);
  }
  feed.now();
}

let silence;

/** Says something once, to those who look and to those who listen. */
function say(text) {
  clearTimeout(silence);
  silence = setTimeout(() => place('message').replaceChildren(), MESSAGE_STAYS);
  place('message').textContent = text;
}

draw();
setInterval(drawTop, 1000);
feed.every(page.every);
