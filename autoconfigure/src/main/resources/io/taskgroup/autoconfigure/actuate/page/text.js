/** Text as people read it: names made harmless, numbers and times made short. */

const LONGEST_NAME = 200;

// What ends a line, moves the cursor, hides, or turns the direction of what follows.
const CONTROLS =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

const ESCAPES = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

const NUMBERS = new Intl.NumberFormat('en');

/** Names come from anywhere: one line, not long, nothing invisible. The DOM does the escaping. */
export function printable(name) {
  const text = String(name ?? '');
  const cut = text.length > LONGEST_NAME ? `${text.slice(0, LONGEST_NAME)}…` : text;
  return cut.replace(CONTROLS, visible) || '(no name)';
}

/** As Java and JavaScript write it. */
function visible(control) {
  return ESCAPES[control] ?? `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

export function number(value) {
  return NUMBERS.format(value ?? 0);
}

/** A count with its noun, which gets an s. */
export function plural(count, noun) {
  return `${number(count)} ${noun}${count === 1 ? '' : 's'}`;
}

export function rate(perSecond) {
  return perSecond > 0 && perSecond < 9.95 ? perSecond.toFixed(1) : number(Math.round(perSecond));
}

export function duration(millis) {
  if (millis === undefined || millis === null) {
    return '';
  }
  if (millis < 0) {
    return '0 ms';
  }
  if (millis < 10) {
    return `${Number(millis.toFixed(1))} ms`;
  }
  if (millis < 999.5) {
    return `${Math.round(millis)} ms`;
  }
  if (millis < 59_950) {
    return `${(millis / 1000).toFixed(1)} s`;
  }
  const seconds = Math.round(millis / 1000);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) {
    return `${minutes} min ${seconds % 60} s`;
  }
  return `${number(Math.floor(minutes / 60))} h ${minutes % 60} min`;
}

/** The time of day of an instant, on the clock of whoever looks. */
export function clock(epochMillis) {
  return new Date(epochMillis).toLocaleTimeString('en-GB');
}

/** Why something was cancelled: "timeout: took longer than 400 ms". */
export function why(cancellation) {
  if (!cancellation) {
    return '';
  }
  return [cancellation.kind, cancellation.reason].filter(Boolean).map(printable).join(': ');
}
