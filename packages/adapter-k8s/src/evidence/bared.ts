import { isList } from '../danger/spot.js'
import type { JsonObject, JsonValue } from '../json.js'
import { isObject } from '../json-object.js'
import { maskObject } from '../masking/object-mask.js'
import type { CanonicalRequest } from '../request/canonical-request.js'

/**
 * Whether a patch would show a text of the object that is masked in it now, because what is beside it says that it is a secret: the name
 * of a variable that is given another one, or an option in front of its value that is taken away. What the patch itself says is known to
 * whoever sends it. Throws where the object cannot be masked.
 */
export function baresHidden({ body, info, kind }: CanonicalRequest, before: JsonObject, after: JsonObject): boolean {
  if (kind !== 'patch' || !info.isResource) return false
  const was = textsIn(before, info.resource)
  if (was.hidden.size === 0) return false
  const is = textsIn(after, info.resource)
  const said = new Set<string>()
  collect(body?.value, (text) => said.add(text))
  return [...was.hidden].some((text) => is.shown.has(text) && !was.shown.has(text) && !said.has(text) && !isWord(text))
}

/** What a webhook or a default may say as well, and what is no secret whatever it is called. */
function isWord(text: string): boolean {
  return /^(?:true|false|yes|no|on|off|none|\d{0,2})$/i.test(text)
}

interface Texts {
  readonly shown: ReadonlySet<string>
  readonly hidden: ReadonlySet<string>
}

/** The texts of an object that its mask leaves, and those that it does not. */
function textsIn(object: JsonObject, resource: string): Texts {
  const [shown, hidden] = [new Set<string>(), new Set<string>()]
  collectBoth(object, maskObject(object, { resource }), (text, isShown) => (isShown ? shown : hidden).add(text))
  return { shown, hidden }
}

type Note = (text: string, isShown: boolean) => void

/** A mask changes texts, and takes members away. */
function collectBoth(value: JsonValue, masked: JsonValue | undefined, note: Note): void {
  if (typeof value === 'string') note(value, masked === value)
  else if (isList(value))
    for (const [index, each] of value.entries()) collectBoth(each, isList(masked) ? masked[index] : undefined, note)
  else if (isObject(value)) {
    const members = isObject(masked) ? masked : {}
    for (const [key, each] of Object.entries(value))
      collectBoth(each, Object.hasOwn(members, key) ? members[key] : undefined, note)
  }
}

function collect(value: JsonValue | undefined, note: (text: string) => void): void {
  if (value !== undefined) collectBoth(value, undefined, note)
}
