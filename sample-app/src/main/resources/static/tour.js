/** The buttons of the start page. */

const LINES = 14;
const LENGTH = 100;

// How long and how often to look for the end of calls that were left.
const LOOK_FOR = 5_000;
const LOOK_EVERY = 100;

const place = (id) => document.getElementById(id);
const running = new Map();

for (const button of document.querySelectorAll('button[data-ask]')) {
  button.addEventListener('click', () => press(button));
}

/** Asks, unless that is being done: then it is stopped, if it can be. */
function press(button) {
  if (!running.has(button)) {
    ask(button);
  } else if (button.dataset.stop) {
    running.get(button).abort();
  }
}

async function ask(button) {
  const name = button.textContent;
  const leaving = new AbortController();
  begin(button, leaving);
  tell(`${name}: asking.`);
  try {
    await (button.dataset.leaveAfter ? leave : wait)(name, button.dataset, leaving);
  } catch {
    tell(`${name}: the shop cannot be reached.`);
  } finally {
    end(button, name);
  }
}

/** Waits for the answer, or until the button is pressed once more. */
async function wait(name, { ask: url, method }, leaving) {
  const start = performance.now();
  try {
    const response = await fetch(url, { method, signal: leaving.signal, headers: { Accept: 'application/json' } });
    const text = await response.text();
    tell(`${name}: ${response.status} after ${seconds(start)}.`, lines(text));
  } catch (problem) {
    if (!leaving.signal.aborted) {
      throw problem;
    }
    tell(`${name}: stopped after ${seconds(start)}.`);
  }
}

/** Leaves before there is an answer, and looks what becomes of the calls to the suppliers. */
async function leave(name, { ask: url, leaveAfter }, leaving) {
  const before = await calls();
  const start = performance.now();
  setTimeout(() => leaving.abort(), Number(leaveAfter));
  try {
    const response = await fetch(url, { signal: leaving.signal });
    tell(`${name}: ${response.status} after ${seconds(start)}, before it was left.`);
    return;
  } catch (problem) {
    if (!leaving.signal.aborted) {
      throw problem;
    }
  }
  const left = performance.now();
  tell(`${name}: left after ${seconds(start)}.`);
  const slow = new URL(url, location.href).searchParams.get('slow').split(',');
  let after = await calls();
  while (!slow.every((supplier) => after[supplier].inVain > before[supplier].inVain)) {
    if (performance.now() - left > LOOK_FOR) {
      tell(`${name}: some calls were still open ${seconds(left)} after the customer had left.`, changes(before, after));
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
    after = await calls();
  }
  tell(`${name}: left after ${seconds(start, left)}. The calls that were still open had ended ${seconds(left)} later.`,
    changes(before, after));
}

/** How many calls each supplier has answered, and how many ended when nobody waited any more. */
async function calls() {
  return (await fetch('suppliers', { cache: 'no-store' })).json();
}

function changes(before, after) {
  return Object.entries(after).map(([supplier, { answered, inVain }]) => {
    const was = before[supplier];
    return `${supplier}: ${answered - was.answered} answered, ${inVain - was.inVain} in vain`;
  });
}

function begin(button, leaving) {
  running.set(button, leaving);
  button.dataset.busy = '';
  if (button.dataset.stop) {
    button.textContent = button.dataset.stop;
  } else {
    button.setAttribute('aria-disabled', 'true');
  }
}

function end(button, name) {
  running.delete(button);
  delete button.dataset.busy;
  button.textContent = name;
  button.removeAttribute('aria-disabled');
}

function tell(status, answer = []) {
  place('status').textContent = status;
  place('answer').textContent = answer.join('\n');
  place('answer').hidden = answer.length === 0;
}

/** A line for each entry of the answer, and of its lists. */
function lines(text) {
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    return [shortened(text)];
  }
  const all = Object.entries(value).flatMap(([name, entry]) => (Array.isArray(entry)
    ? [`${name}:${entry.length ? '' : ' none'}`, ...entry.map((item) => `  ${compact(item)}`)]
    : [`${name}: ${compact(entry)}`]));
  return all.length <= LINES ? all : [...all.slice(0, LINES), `… ${all.length - LINES} more lines`];
}

function compact(value) {
  return shortened(typeof value === 'string' ? value : JSON.stringify(value).replace(/[{}"]/g, '').replace(/([,:])/g, '$1 '));
}

function shortened(text) {
  return text.length <= LENGTH ? text : `${text.slice(0, LENGTH)} …`;
}

function seconds(start, end = performance.now()) {
  return `${((end - start) / 1000).toFixed(1)} s`;
}
