/** What goes to the server and comes from it. */

// Addresses are relative to this file, <base>/tasktree/data.js, wherever <base> is.
const HERE = import.meta.url;

const PATIENCE = 10_000;
const AFTER_A_PROBLEM = 2_000;
const STACK_DEPTH = 10;

/**
 * Asks for the data again and again: one request at a time, none while paused or while nobody looks. Tells
 * `hear` of each answer, with `{ data }` or with `{ problem: { kind, status } }`, where the kind is
 * `unreachable`, `denied` or `failed`.
 */
export class Feed {
  #hear;
  #every = 1_000;
  #paused = false;
  #denied = false;
  #stacks = false;
  #asking = false;
  #atOnce = false;
  #timer;

  constructor(hear) {
    this.#hear = hear;
    document.addEventListener('visibilitychange', () => this.#plan(0));
  }

  /** Asks as often as that, and begins at once. */
  every(millis) {
    this.#every = millis;
    this.#plan(0);
  }

  pause(paused) {
    this.#paused = paused;
    this.#plan(0);
  }

  /** Whether the answer shall hold the stack frames of tasks that run for long. */
  stacks(wanted) {
    if (wanted !== this.#stacks) {
      this.#stacks = wanted;
      if (wanted) {
        this.now();
      }
    }
  }

  /** Asks now, paused or not, after a request that is under way. */
  now() {
    this.#denied = false;
    if (this.#asking) {
      this.#atOnce = true;
    } else {
      clearTimeout(this.#timer);
      this.#ask(true);
    }
  }

  #plan(delay) {
    clearTimeout(this.#timer);
    // Whoever was denied is not asked again unbidden: each time the browser might ask for a password.
    if (!this.#paused && !this.#denied && !this.#asking && !document.hidden) {
      this.#timer = setTimeout(() => this.#ask(), delay);
    }
  }

  async #ask(bidden) {
    this.#asking = true;
    const answer = await this.#answer();
    this.#asking = false;
    this.#denied = answer.problem?.kind === 'denied';
    if (bidden || !this.#paused) {
      this.#hear(answer);
    }
    if (this.#atOnce) {
      this.#atOnce = false;
      this.now();
    } else {
      this.#plan(answer.problem ? Math.max(this.#every, AFTER_A_PROBLEM) : this.#every);
    }
  }

  async #answer() {
    const url = new URL('data', HERE);
    if (this.#stacks) {
      url.searchParams.set('stacks', STACK_DEPTH);
    }
    const response = await request(url, { headers: { Accept: 'application/json' } });
    if (response.problem) {
      return response;
    }
    try {
      return { data: await response.json() };
    } catch {
      return { problem: { kind: 'failed' } };
    }
  }
}

/** Cancels a group, a supervisor, a request or a task. Answers nothing, or the problem. */
export async function cancel(access, id) {
  return (await request(target(access, id), { method: 'DELETE' })).problem;
}

/** Sets the limit that all groups of the name share. Answers nothing, or the problem. */
export async function setLimit(access, name, limit) {
  const body = JSON.stringify({ limit });
  const headers = { 'Content-Type': 'application/json' };
  return (await request(target(access, name), { method: 'POST', headers, body })).problem;
}

function target(access, last) {
  return new URL(`${access.path}/${encodeURIComponent(last)}`, HERE);
}

async function request(url, options) {
  let response;
  try {
    response = await fetch(url, {
      ...options,
      headers: { ...options.headers, ...(options.method && csrf()) },
      cache: 'no-store',
      redirect: 'manual',
      signal: AbortSignal.timeout(PATIENCE),
    });
  } catch {
    return { problem: { kind: 'unreachable' } };
  }
  // Nothing here redirects, but a login page may be put in the way.
  if (response.type === 'opaqueredirect' || response.status === 401 || response.status === 403) {
    return { problem: { kind: 'denied', status: response.status } };
  }
  return response.ok ? response : { problem: { kind: 'failed', status: response.status } };
}

/** The token that Spring Security leaves in a cookie for scripts, if it does. */
function csrf() {
  const token = document.cookie.match(/(?:^|; )XSRF-TOKEN=([^;]*)/);
  return token ? { 'X-XSRF-TOKEN': token[1] } : {};
}
