import { arrayOf, objectOf, textOf } from '../json.js'
import type { KubeObject } from '../objects/kube-object.js'
import { badRequest } from '../status.js'

/** Which container of a pod a request is about. Throws when it cannot be told. */
export function containerOf({ metadata, spec }: KubeObject, given: string | undefined): string {
  const names = arrayOf(spec?.['containers']).map((container) => textOf(objectOf(container)['name']))
  if (given === undefined || given === '') {
    const [only, ...others] = names
    if (only !== undefined && others.length === 0) return only
    throw badRequest(`a container name must be specified for pod ${metadata.name}, choose one of: [${names.join(' ')}]`)
  }
  if (!names.includes(given)) throw badRequest(`container ${given} is not valid for pod ${metadata.name}`)
  return given
}
