/** The templates of the page: lit-html, as its WebJar has it. Whatever a template holds is text, never markup. */

export { html, nothing, render, svg } from './lit-html/lit-html.js';
export { repeat } from './lit-html/directives/repeat.js';
