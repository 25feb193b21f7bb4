/** Questions before something is done: modal, closed with Escape, and the focus goes back to where it was. */

import { html, nothing, render } from './lit.js';
import { number, plural, printable } from './text.js';

/** Whether that group, supervisor, request or task shall really be cancelled. */
export async function askToCancel({ id, name, kind, counts = {} }) {
  const left = (counts.running ?? 0) + (counts.queued ?? 0);
  const answer = await ask('cancel-dialog', `Cancel this ${kind}?`, `Cancel the ${kind}`, html`
    <p><bdi class="name">${printable(name)}</bdi> <span class="kind">${kind} ${id}</span></p>
    <p>
      ${kind === 'task'
        ? 'Its thread is interrupted. Groups that it has opened are cancelled with it.'
        : 'All its tasks are interrupted, and those of groups that they have opened.'}
      ${left > 0 ? `${plural(left, 'task')} did not end yet.` : nothing}
    </p>
  `);
  return answer !== null;
}

/** The limit that a name shall have, or null. */
export async function askForLimit({ name, limit }) {
  const answer = await ask('limit-dialog', 'Set the shared limit', 'Set the limit', html`
    <p><bdi class="name">${printable(name)}</bdi></p>
    <p>
      <label for="limit">Tasks of all groups of this name that may run at once</label>
      <input id="limit" name="limit" type="number" min="1" max="1000000" step="1" required autofocus
        value=${limit} aria-describedby="limit-hint">
    </p>
    <p id="limit-hint" class="hint">
      It is ${number(limit)} now. The new one holds until the application is started again.
    </p>
  `);
  return answer && Number(answer.get('limit'));
}

/** What was filled in, or null if the question was closed. */
function ask(id, title, yes, text) {
  const place = document.getElementById('question');
  return new Promise((resolve) => {
    let answer = null;
    const submit = (event) => {
      event.preventDefault();
      answer = new FormData(event.target);
      place.firstElementChild.close();
    };
    const closed = () => {
      render(nothing, place);
      resolve(answer);
    };
    render(html`<dialog id=${id} aria-labelledby="question-title" @close=${closed}>
      <form @submit=${submit}>
        <h2 id="question-title">${title}</h2>
        ${text}
        <p class="buttons">
          <button type="button" data-answer="no" @click=${() => place.firstElementChild.close()}>Leave it</button>
          <button type="submit" data-answer="yes" class="serious">${yes}</button>
        </p>
      </form>
    </dialog>`, place);
    place.firstElementChild.showModal();
    place.querySelector('input')?.select();
  });
}
