/** Decides how much of the tree is drawn: what was searched for, what is unfolded, and not more than a page bears. */

import { printable } from './text.js';

const ROWS = 600;
const IN_ONE_LIST = 50;

/** Whether a name is what was searched for. */
export function matches(name, query) {
  return printable(name).toLowerCase().includes(query);
}

/**
 * The rows of `open`, nested: `{ item, rows, hidden, leftOut }` for a group or a task, `hidden` being how many of
 * the list below are not drawn, and `leftOut` how many the server did not send.
 *
 * @param view `query` (lower case), `folded` (the ids of groups whose list is closed), `more` (how many more are
 * drawn, by the id of the list)
 */
export function outline(open, view) {
  const found = view.query ? open.map((scope) => search(scope, view.query)).filter(Boolean) : open;
  const budget = { rows: ROWS };
  return { ...list('top', found, view, budget), found: count(found) };
}

function list(id, items, view, budget) {
  const most = IN_ONE_LIST + (view.more.get(id) ?? 0);
  const rows = [];
  for (const item of items) {
    if (rows.length === most || budget.rows === 0) {
      break;
    }
    budget.rows--;
    const folded = view.folded.has(item.id);
    const below = folded ? { rows: [], hidden: 0 } : list(item.id, under(item), view, budget);
    rows.push({ item, folded, leftOut: folded ? 0 : (item.tasksLeftOut ?? 0), ...below });
  }
  return { rows, hidden: items.length - rows.length, full: budget.rows === 0 };
}

/** What stands below a group or a task: tasks first, then the groups that were opened in the body. */
function under(item) {
  return [...(item.tasks ?? []), ...(item.children ?? [])];
}

/** The part of a group or a task that leads to what is searched for, or null. */
function search(item, query) {
  if (matches(item.name, query)) {
    return item;
  }
  const tasks = (item.tasks ?? []).map((task) => search(task, query)).filter(Boolean);
  const children = (item.children ?? []).map((child) => search(child, query)).filter(Boolean);
  return tasks.length || children.length ? { ...item, tasks, children } : null;
}

/** Those of the ids that are still open. */
export function present(open, ids) {
  const left = new Set();
  const look = (item) => {
    if (ids.has(item.id)) {
      left.add(item.id);
    }
    under(item).forEach(look);
  };
  if (ids.size > 0) {
    open.forEach(look);
  }
  return left;
}

function count(items) {
  return items.reduce((sum, item) => sum + 1 + count(under(item)), 0);
}
