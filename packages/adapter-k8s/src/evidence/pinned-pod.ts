import { BothKeysError } from '@bothkeys/core/adapter'
import type { CanonicalRequest } from '../request/canonical-request.js'
import { isObject, own } from '../json-object.js'
import type { Looks } from './looks.js'
import { metadataOnly } from './looks.js'

/** What an approval is bound to, and whether it still stands. */
export interface PodPin {
  readonly stateEpoch?: string
  readonly recheck?: () => Promise<boolean>
}

/**
 * Which pod a connection is to: another one of the same name may have another image and other rights. Whoever connects is told so
 * where it is another one by then. Rejects when nobody can tell which it is.
 */
export async function pinnedPod({ info }: CanonicalRequest, looks: Looks): Promise<PodPin> {
  if (!info.isResource) return {}
  const path = `/api/v1/namespaces/${info.namespace}/pods/${info.name}`
  const uid = async (): Promise<string> => {
    const { status, value } = await looks.ask({ method: 'GET', path, headers: { accept: metadataOnly } })
    if (status === 404) return ''
    const metadata = status === 200 && isObject(value) ? own(value, 'metadata') : undefined
    const found = isObject(metadata) ? own(metadata, 'uid') : undefined
    if (typeof found === 'string' && found !== '') return found
    throw new BothKeysError('ERR_INTERNAL', 'nobody could look at the pod, so nothing was sent', {
      hint: 'let the login of the door get pods, and send it again',
    })
  }
  const seen = await uid()
  return { stateEpoch: seen, recheck: async () => (await uid()) === seen }
}
