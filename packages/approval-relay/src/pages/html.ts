import { BothKeysError } from '@bothkeys/core'
import { escapeHidden } from '@bothkeys/core/relay'
import type { Place } from './holes.js'
import { placesOf } from './holes.js'

/**
 * Text that is HTML. Only `html` makes it, so that no text of anybody else ever becomes a tag, an attribute or a
 * line of ours: what stands in a hole is escaped whatever it is, and hidden characters, line breaks too, are written out.
 */
export class Html {
  readonly #text: string

  private constructor(text: string) {
    this.#text = text
  }

  toString(): string {
    return this.#text
  }

  /** Renders a template. */
  static of(strings: TemplateStringsArray, holes: readonly Hole[]): Html {
    const places = placesOf(strings)
    const parts = strings.map((part, index) => {
      const place = places[index]
      return place === undefined ? part : part + filled(holes[index], place)
    })
    return new Html(parts.join(''))
  }
}

/** An attribute without a value, which is there or not. */
export class Flag {
  readonly name: 'disabled' | 'hidden'
  readonly isOn: boolean

  constructor(name: Flag['name'], isOn: boolean) {
    this.name = name
    this.isOn = isOn
  }
}

/** An attribute that is there when something holds: `<p ${flag('hidden', isEmpty)}>`. */
export function flag(name: Flag['name'], isOn: boolean): Flag {
  return new Flag(name, isOn)
}

/** What a hole takes. False and undefined are nothing, so that a part can be left out. */
export type Hole = string | number | Html | Flag | false | undefined | readonly Hole[]

/**
 * HTML with holes. A hole stands in text or in an attribute in double quotes; a template that has one anywhere else throws
 * when it is first rendered (`placesOf`).
 *
 * @example
 * html`<p title="${name}">${statement}</p>`
 */
export function html(strings: TemplateStringsArray, ...holes: readonly Hole[]): Html {
  return Html.of(strings, holes)
}

function filled(hole: Hole, place: Place): string {
  if (place === 'tag' || hole instanceof Flag) return flagged(hole, place)
  if (hole === undefined || hole === false) return ''
  if (hole instanceof Html) {
    if (place === 'text') return hole.toString()
    throw misused('HTML in an attribute')
  }
  if (typeof hole === 'object') return hole.map((each) => filled(each, place)).join('')
  return escaped(String(hole))
}

/** The name comes from a closed list: nothing else stands in a tag. */
function flagged(hole: Hole, place: Place): string {
  if (place !== 'tag' || !(hole instanceof Flag)) throw misused('something else than an attribute in a tag')
  if (!hole.isOn) return ''
  return hole.name === 'hidden' ? 'hidden' : 'disabled'
}

function misused(how: string): BothKeysError {
  return new BothKeysError('ERR_INTERNAL', `a template of a page has ${how}`)
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
}

function escaped(text: string): string {
  return escapeHidden(text).replace(/[&<>"'`]/gu, (character) => entities[character] ?? '')
}
