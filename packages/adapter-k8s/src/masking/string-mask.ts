import type { JsonObject, JsonValue } from '../json.js'
import { withoutAssignedSecrets } from './assigned-secrets.js'
import type { HarmlessTexts } from './harmless-texts.js'
import type { Masking } from './mask-context.js'
import { isList, isObject } from './members.js'
import { withoutQuotedValues } from './quoted-values.js'
import type { NameRule } from './secret-names.js'
import { isSecretName } from './secret-names.js'
import { withoutUrlPasswords } from './url-passwords.js'

/** Compressed with gzip, in base64 once or twice, as Helm and others keep manifests: nothing is found in it. */
const packed = /^\s*(?:H4sI|SDRzS)/

/** A manifest of a secret, in YAML, or in JSON that is not alone in its text. */
const manifest = /(?<!\w)kind\\?["']?\s{0,8}:\s{0,8}\\?["']?Secret(?:List)?(?!\w)/

/** `Secret` in base64, wherever it begins in three bytes. */
const encodedSecret = /U2VjcmV0|NlY3Jld|TZWNyZX/

/** Masks the contents of JSON in a text. */
type MaskJson = (value: JsonObject | readonly JsonValue[]) => JsonValue

/** Masks texts: by the name of their field, by what they hold (manifests, what is assigned, URLs), and by detectors. */
export class StringMask {
  readonly #masking: Masking
  readonly #json: MaskJson
  readonly #harmless: HarmlessTexts
  /** How many texts around this one are JSON. */
  #nesting = 0

  constructor(masking: Masking, harmless: HarmlessTexts, json: MaskJson) {
    this.#masking = masking
    this.#json = json
    this.#harmless = harmless
  }

  /** Null: all of it is masked, by an operator that says so. */
  masked(text: string, field: string | undefined, names: NameRule): string | null {
    if (text === '' || this.#harmless.has(text, field, names)) return text
    const masked = this.#looked(text, field, names)
    if (masked === text) this.#harmless.add(text, field, names)
    return masked
  }

  #looked(text: string, field: string | undefined, names: NameRule): string | null {
    const { marker, texts } = this.#masking
    if (field !== undefined && isSecretName(field, names) && !isReference(text)) return marker.of(text)
    if (packed.test(text)) return marker.of(text)
    const inner = this.#jsonIn(text)
    if (inner !== undefined) return inner
    if (holdsManifest(text)) return marker.of(text)
    // What the server says of an object is in its own words, whoever hands it on.
    const said = field === 'message' ? withoutQuotedValues(text, (value) => marker.of(value)) : text
    const assigned = withoutAssignedSecrets(said, (value) => marker.of(value))
    if (assigned === undefined) return marker.of(text)
    const known = withoutUrlPasswords(assigned, (value) => marker.of(value))
    return texts === undefined ? known : texts.text(known, field === undefined ? {} : { field })
  }

  /**
   * JSON is masked as what it says. It is written anew unless it says just that: else a member that is there twice
   * would stay in the text and not have been looked at. Undefined: it is no JSON.
   */
  #jsonIn(text: string): string | undefined {
    if (!/^\s*[{[]/.test(text)) return undefined
    const value = parsed(text)
    if (value === undefined) return undefined
    if (this.#nesting >= this.#masking.limits.nested) return this.#masking.marker.of(text)
    this.#nesting += 1
    try {
      const masked = this.#json(value)
      return masked === value && isPlain(text, value) ? text : JSON.stringify(masked)
    } finally {
      this.#nesting -= 1
    }
  }
}

/** The JSON object or list that a text is. */
export function parsed(text: string): JsonObject | readonly JsonValue[] | undefined {
  try {
    const value = JSON.parse(text) as JsonValue
    return isObject(value) || isList(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** Whether a text says the same as its value to the letter, but for blanks. */
function isPlain(text: string, value: JsonValue): boolean {
  return text.replaceAll(/("(?:[^"\\]|\\.)*")|\s+/g, '$1') === JSON.stringify(value)
}

/** A variable that the kubelet puts in. */
function isReference(text: string): boolean {
  return /^\$\(\w+\)$/.test(text)
}

/** Whether a text holds a manifest of a secret, as it is or in base64. */
export function holdsManifest(text: string): boolean {
  if (text.includes('Secret') && manifest.test(text)) return true
  if (!encodedSecret.test(text)) return false
  const runs = text.match(/[A-Za-z\d+/]{16,}/g) ?? []
  return runs.some((run) => manifest.test(Buffer.from(run, 'base64').toString('latin1')))
}

/** Whether a text holds a manifest, or something in which one could be. */
export function mayHoldManifest(text: string): boolean {
  return packed.test(text) || holdsManifest(text) || parsed(text) !== undefined
}
