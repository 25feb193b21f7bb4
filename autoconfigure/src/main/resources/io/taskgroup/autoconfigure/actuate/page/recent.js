/** What is known of the fan-outs of the last while: of those that are open, and of those that have ended. */

// The worst first: a request is as bad as the worst of its groups.
const OUTCOMES = ['timeout', 'error', 'cancelled', 'success'];

/**
 * All that the answer tells of groups and of their tasks, by top: the request, or the group that was opened in
 * none. What was `kept` of an earlier answer and is no longer told stays.
 */
export function fanOuts(data, kept) {
  const known = { at: Date.parse(data.time), scopes: new Map(), tasks: new Map() };
  for (const scope of kept?.scopes ?? []) {
    known.scopes.set(scope.id, ended(scope));
  }
  for (const task of kept?.tasks ?? []) {
    known.tasks.set(task.id, ended(task));
  }
  for (const group of data.recent?.groups ?? []) {
    known.scopes.set(group.id, scopeThatEnded(group));
  }
  for (const task of data.recent?.tasks ?? []) {
    known.tasks.set(task.id, taskThatEnded(task));
  }
  for (const scope of data.open ?? []) {
    addOpen(known, scope);
  }
  return byTop(known);
}

function scopeThatEnded({ parentId, rootId, openedAt, openMillis, ...rest }) {
  return { ...rest, parent: parentId, root: rootId, from: openedAt, ran: openMillis };
}

function taskThatEnded({ groupId, forkedAt, waitedMillis = 0, ranMillis = 0, ...rest }) {
  return { ...rest, kind: 'task', group: groupId, from: forkedAt, waited: waitedMillis, ran: ranMillis };
}

function addOpen(known, scope, parent) {
  const { id, name, kind, state, ageMillis = 0, cancellation, tasks = [], children = [] } = scope;
  const from = known.at - ageMillis;
  known.scopes.set(id, { id, name, kind, parent, from, ran: ageMillis, outcome: state, cancellation, open: true });
  for (const task of tasks) {
    addOpenTask(known, task, id);
    (task.children ?? []).forEach((child) => addOpen(known, child, task.id));
  }
  children.forEach((child) => addOpen(known, child, id));
}

function addOpenTask(known, { id, name, state, ageMillis = 0, waitedMillis: waited = 0 }, group) {
  const ran = ageMillis - waited;
  const from = known.at - ageMillis;
  known.tasks.set(id, { id, name, kind: 'task', group, from, waited, ran, outcome: state, open: true });
}

/** Something that was open when it was last told of, and is told of no more: nobody knows how it ended. */
function ended(item) {
  return item.open ? { ...item, open: false, outcome: 'ended' } : item;
}

function byTop({ scopes, tasks }) {
  const tops = new Map();
  const topOf = (scope) => {
    const parent = scopes.get(scope.parent) ?? scopes.get(tasks.get(scope.parent)?.group);
    return scope.root ?? (parent ? topOf(parent) : scope.id);
  };
  const fanOut = (top) => {
    if (!tops.has(top)) {
      tops.set(top, { id: top, scopes: [], tasks: [] });
    }
    return tops.get(top);
  };
  for (const scope of scopes.values()) {
    fanOut(topOf(scope)).scopes.push(scope);
  }
  for (const task of tasks.values()) {
    const scope = scopes.get(task.group);
    if (scope) {
      fanOut(topOf(scope)).tasks.push(task);
    }
  }
  return [...tops.values()].map((some) => ({ ...some, head: headOf(some) })).sort((a, b) => b.head.from - a.head.from);
}

/** What stands at the top. The end of a request is known from its groups alone. */
function headOf({ id, scopes }) {
  const self = scopes.find((scope) => scope.id === id);
  const rest = scopes.filter((scope) => scope !== self);
  if (self && (self.outcome !== 'ended' || rest.length === 0)) {
    return self;
  }
  const from = Math.min(...scopes.map((scope) => scope.from));
  const to = Math.max(...rest.map((scope) => scope.from + scope.ran));
  return {
    id,
    name: self?.name ?? rest[0].rootName,
    kind: self?.kind ?? 'root',
    from,
    ran: to - from,
    open: rest.some((scope) => scope.open),
    outcome: OUTCOMES.find((outcome) => rest.some((scope) => scope.outcome === outcome)) ?? 'ended',
  };
}

/** One fan-out as rows, each below what it was opened in: `{ item, depth }`. */
export function rowsOf({ id, head, scopes, tasks }) {
  const known = new Set([id, ...scopes.map((scope) => scope.id), ...tasks.map((task) => task.id)]);
  const below = new Map();
  const put = (parent, item) => {
    if (!below.has(parent)) {
      below.set(parent, []);
    }
    below.get(parent).push(item);
  };
  tasks.forEach((task) => put(task.group, task));
  scopes
    .filter((scope) => scope.id !== id)
    .forEach((scope) => put(known.has(scope.parent) ? scope.parent : id, scope));
  const rows = [];
  const add = (item, depth) => {
    rows.push({ item, depth });
    const items = below.get(item.id) ?? [];
    items.sort((a, b) => a.from - b.from || a.id - b.id).forEach((each) => add(each, depth + 1));
  };
  add(head, 0);
  return rows;
}
