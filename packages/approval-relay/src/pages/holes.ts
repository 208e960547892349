import { BothKeysError } from '@bothkeys/core'

/** Elements whose text is not read as HTML text, where escaping would not do. */
const rawElements = new Set(['script', 'style', 'xmp', 'iframe', 'noembed', 'noframes', 'noscript', 'plaintext'])

/** Attributes that are read as an address. Escaping does not keep `javascript:` out of them. */
const addresses = new Set(['action', 'formaction', 'href', 'src', 'poster', 'data', 'cite', 'ping', 'srcset'])

/** Where a hole stands. */
export type Place = 'text' | 'attribute' | 'tag'

const known = new WeakMap<TemplateStringsArray, readonly Place[]>()

/**
 * Answers where each hole of a template stands. Throws ERR_INTERNAL unless each hole of a template stands in text, or in an attribute in double quotes that is no script, no
 * style and, where it is an address, one that begins with a path of ours. Each template is looked at once.
 */
export function placesOf(strings: TemplateStringsArray): readonly Place[] {
  const before = known.get(strings)
  if (before !== undefined) return before
  const reader = new TemplateReader()
  const places = strings.flatMap((part, index) => {
    reader.read(part)
    return index < strings.length - 1 ? [reader.hole()] : []
  })
  reader.end()
  known.set(strings, places)
  return places
}

type State = 'text' | 'tag' | 'value'

/** Follows our own markup, which is plain: no comments, attributes in double quotes or without a value. */
class TemplateReader {
  #state: State = 'text'
  /** What was read of the tag that is open. */
  #tag = ''
  /** What was read of the value of its attribute, holes as a blank. */
  #value = ''

  read(part: string): void {
    for (const character of part) this.#step(character)
  }

  hole(): Place {
    if (this.#state === 'text') return 'text'
    if (this.#state === 'tag') {
      if (/\s$/u.test(this.#tag)) return 'tag'
      throw misplaced('in a tag outside of double quotes')
    }
    const name = /\s([\w-]+)=$/u.exec(this.#tag)?.[1]?.toLowerCase() ?? ''
    if (name === '' || name === 'style' || name === 'srcdoc' || name.startsWith('on')) {
      throw misplaced(`in attribute ${name}, which is not text`)
    }
    if (addresses.has(name) && !/^\/[a-z]/u.test(this.#value)) throw misplaced('where an address begins')
    this.#value += ' '
    return 'attribute'
  }

  end(): void {
    if (this.#state !== 'text') throw misplaced('or ends within a tag')
  }

  #step(character: string): void {
    if (this.#state === 'value') {
      if (character !== '"') this.#value += character
      else this.#state = 'tag'
      return
    }
    if (this.#state === 'text') {
      if (character === '<') {
        this.#state = 'tag'
        this.#tag = ''
      }
      return
    }
    if (character === '<' || character === "'") throw misplaced(`near ${character} in a tag`)
    if (character === '"') {
      this.#state = 'value'
      this.#value = ''
      return
    }
    if (character === '>') this.#close()
    else this.#tag += character
  }

  #close(): void {
    const name = /^\/?([a-z][a-z0-9]*)/iu.exec(this.#tag)?.[1]?.toLowerCase()
    if (name === undefined && !/^!doctype html$/iu.test(this.#tag)) throw misplaced('near a tag without a name')
    // An element of ours that is raw is empty, and closed in the same template.
    if (name !== undefined && rawElements.has(name) && !/ src=/u.test(this.#tag) && !this.#tag.startsWith('/')) {
      throw misplaced(`near <${name}>, whose text is not HTML`)
    }
    if (/=[^\s"]/u.test(this.#tag)) throw misplaced('near an attribute without double quotes')
    this.#state = 'text'
  }
}

function misplaced(where: string): BothKeysError {
  return new BothKeysError('ERR_INTERNAL', `a template of a page has a hole or a tag that cannot be escaped: ${where}`)
}
