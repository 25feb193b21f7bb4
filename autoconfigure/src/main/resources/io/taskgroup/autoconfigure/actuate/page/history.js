/** What the totals were over the last minutes, as far as this page has seen them. */

const WINDOWS = [60_000, 2 * 60_000, 5 * 60_000];

// A rate that stands as a number is that of so long, so that it can be read.
const STEADY = 5_000;

/** Its kinds are `tasks` and `groups` by outcome, `cancellations` by kind, and `names`: tasks ended, by name. */
export class History {
  #samples = [];

  add(data) {
    const sample = sampleOf(data);
    const last = this.#samples.at(-1);
    if (last && sample.at <= last.at) {
      return;
    }
    // Totals only grow. If they shrink, it is another run of the application.
    if (last && total(sample.tasks) < total(last.tasks)) {
      this.#samples = [];
    }
    this.#samples.push(sample);
    this.#samples = this.#samples.filter((old) => sample.at - old.at <= WINDOWS.at(-1));
  }

  /** `{ at, running, queued }` for each answer, the newest last. */
  get samples() {
    return this.#samples;
  }

  /** How many milliseconds there are to show: few at first, then five minutes. */
  get window() {
    const length = this.#samples.length ? this.#samples.at(-1).at - this.#samples[0].at : 0;
    return WINDOWS.find((window) => length <= window);
  }

  /** How many per second were counted between one answer and the next: `{ at, values }`, as `keys` are ordered. */
  rates(kind, keys) {
    return this.#samples.slice(1).map((sample, index) => {
      const before = this.#samples[index];
      const seconds = (sample.at - before.at) / 1000;
      return { at: sample.at, values: keys.map((key) => grown(sample[kind][key], before[kind][key]) / seconds) };
    });
  }

  /** How many per second over the last seconds, for a legend. */
  rateNow(kind, key) {
    const last = this.#samples.at(-1);
    const before = last && this.#samples.find((sample) => last.at - sample.at <= STEADY);
    return last && last !== before
      ? grown(last[kind][key], before[kind][key]) * 1000 / (last.at - before.at)
      : 0;
  }

  /** How much each kind of cancellation was counted in the window, the most first. */
  cancellations() {
    const last = this.#samples.at(-1)?.cancellations ?? {};
    const first = this.#samples[0]?.cancellations ?? {};
    return Object.keys(last)
      .map((kind) => ({ kind, count: grown(last[kind], first[kind]) }))
      .filter(({ count }) => count > 0)
      .sort((a, b) => b.count - a.count);
  }
}

function sampleOf({ time, names = [] }) {
  const sample = {
    at: Date.parse(time),
    running: 0,
    queued: 0,
    tasks: counter(),
    groups: counter(),
    cancellations: counter(),
    names: counter(),
  };
  for (const { name, tasks = {}, groups = {}, cancellations = {} } of names) {
    const { running = 0, queued = 0, ...ended } = tasks;
    sample.running += running;
    sample.queued += queued;
    add(sample.tasks, ended);
    add(sample.groups, groups);
    add(sample.cancellations, cancellations);
    sample.names[name] = total(ended);
  }
  return sample;
}

/** Counts by any name there may be, `__proto__` among them. */
function counter() {
  return Object.create(null);
}

function add(sums, counts) {
  for (const [key, count] of Object.entries(counts)) {
    sums[key] = (sums[key] ?? 0) + count;
  }
}

function total(counts) {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

function grown(now = 0, before = 0) {
  return Math.max(0, now - before);
}
