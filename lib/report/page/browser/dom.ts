import { toPrintable } from '../../../core/text/printable.ts';

type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;
type Child = Node | string | undefined;

/** Longer texts are cut. Only an open row shows them in full. */
const CHARS_MAX = 160;

const SVG = 'http://www.w3.org/2000/svg';

/** An HTML element. Texts become text nodes, so nothing in them is markup. */
export function html<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  return filled(document.createElement(tag), attributes, children);
}

export function svg<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[Tag] {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled<T extends Element>(element: T, attributes: Attributes, children: readonly Child[]): T {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) {
      element.setAttribute(name, value === true ? '' : String(value));
    }
  }
  element.append(...children.filter((child) => child !== undefined));
  return element;
}

/** Other people's text, isolated in a mix of writing directions, with invisible characters as escapes. */
export const said = (text: string, className = ''): HTMLElement =>
  html('bdi', { class: className || undefined }, toPrintable(text));

/** The same, cut to the available room. */
export const clipped = (text: string, className = '', charsMax = CHARS_MAX): HTMLElement =>
  said(text.length > charsMax ? `${text.slice(0, charsMax)}…` : text, className);

export function button(label: string | Node, press: () => void, attributes: Attributes = {}): HTMLButtonElement {
  const element = html('button', { type: 'button', ...attributes }, label);
  element.addEventListener('click', press);
  return element;
}

/** A section with its heading. */
export const section = (id: string, title: string, ...children: readonly Child[]): HTMLElement =>
  html('section', { 'aria-labelledby': `${id}-title`, id }, html('h2', { id: `${id}-title` }, title), ...children);

/** Terms with their descriptions. */
export const terms = (entries: readonly (readonly [term: string, said: Node | string])[]): HTMLElement =>
  html('dl', {}, ...entries.map(([term, text]) => html('div', {}, html('dt', {}, term), html('dd', {}, text))));
