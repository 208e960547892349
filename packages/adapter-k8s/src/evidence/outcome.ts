import { BothKeysError, type SessionAccess } from '@bothkeys/core/adapter'
import type { JsonObject, JsonValue } from '../json.js'
import { isObject, own } from '../json-object.js'
import { KeyMask } from '../masking/key-mask.js'
import type { TextMask } from '../masking/text-mask.js'
import { changesBetween } from './changes.js'
import type { Evident } from './evidence.js'
import { withoutVolatile } from './volatile.js'

/** A dry run that was refused before, and is not any more. */
export function notRefused(): BothKeysError {
  const what = 'what the API server says of the request changed meanwhile, so nothing was done'
  return new BothKeysError('ERR_APPROVAL_VOID', what, { hint: 'send the request again' })
}

/** An action that was carried out. */
interface Done {
  readonly actionId: string
  readonly status: number
  /** What finds values in the keys of objects: an answer shows none of these, and neither does the record. */
  readonly texts?: TextMask | undefined
}

/** What notes where an answer differs from what was decided about. Undefined: nobody saw before what would come. */
export function seeing(
  access: SessionAccess,
  { expected, request }: Evident,
  { actionId, status, texts }: Done,
): ((parts: readonly Uint8Array[]) => void) | undefined {
  if (expected === undefined || status < 200 || status >= 300 || request.dryRun) return undefined
  const isNew = request.info.verb === 'create' || status === 201
  return (parts) => {
    const paths = differences(expected, Buffer.concat(parts), isNew)
    if (paths !== undefined && paths.length > 0)
      access.internal({ statement: 'differs from its dry run', action: actionId, paths: paths.map(shown(texts)) })
  }
}

/** A path without what is found in it. What cannot be looked at is not recorded. */
function shown(texts: TextMask | undefined): (path: string) => string {
  const keys = new KeyMask(texts, new Set())
  return (path) => {
    try {
      return keys.rename(path)
    } catch {
      return '[key]'
    }
  }
}

/** Undefined for an answer that shows no object as it is stored: the client asked for another form. */
function differences(expected: JsonObject, answer: Buffer, isNew: boolean): readonly string[] | undefined {
  const object = parsed(answer)
  if (!isObject(object) || own(object, 'kind') !== own(expected, 'kind')) return undefined
  const [tried, done] = [expected, object].map((each) => withoutVolatile(each, isNew))
  return changesBetween(tried ?? {}, done ?? {}).changes.map(({ path }) => path)
}

function parsed(answer: Buffer): JsonValue | undefined {
  try {
    return JSON.parse(answer.toString('utf8')) as JsonValue
  } catch {
    return undefined
  }
}
