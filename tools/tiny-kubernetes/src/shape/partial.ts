import { objectOf } from '../json.js'

/** An object without all but its metadata. */
export function partial(object: unknown, version: string): object {
  return { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${version}`, metadata: objectOf(object)['metadata'] }
}
