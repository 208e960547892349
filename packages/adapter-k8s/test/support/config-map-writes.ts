import { type CoreV1Api, PatchStrategy, setHeaderOptions } from '@kubernetes/client-node'

/** A way to write to the config map of a name, and what the API server answers where it is pinned and has changed. */
export interface ConfigMapWrite {
  readonly code: number
  readonly write: (name: string) => Promise<unknown>
}

/** Every way to change a config map that is there, or to delete it, by its name. Each sets `b` to 1. */
export function writesOf(
  core: () => CoreV1Api,
  namespaceOf: () => string,
): readonly (readonly [string, ConfigMapWrite])[] {
  const data = { b: '1' }
  const patch =
    (strategy: string, bodyOf: (name: string) => unknown, more: object = {}) =>
    (name: string): Promise<unknown> =>
      core().patchNamespacedConfigMap(
        { namespace: namespaceOf(), name, body: bodyOf(name), ...more },
        setHeaderOptions('Content-Type', strategy),
      )
  const whole = (name: string): object => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data })
  const operations = [{ op: 'add', path: '/data/b', value: '1' }]
  const update = (name: string): Promise<unknown> =>
    core().replaceNamespacedConfigMap({ namespace: namespaceOf(), name, body: whole(name) })
  const remove = (name: string): Promise<unknown> =>
    core().deleteNamespacedConfigMap({ namespace: namespaceOf(), name })
  return [
    ['merge patches', { code: 409, write: patch(PatchStrategy.MergePatch, () => ({ data })) }],
    ['strategic patches', { code: 409, write: patch(PatchStrategy.StrategicMergePatch, () => ({ data })) }],
    ['JSON patches', { code: 422, write: patch(PatchStrategy.JsonPatch, () => operations) }],
    ['applies', { code: 409, write: patch(PatchStrategy.ServerSideApply, whole, { fieldManager: 'agent' }) }],
    ['updates', { code: 409, write: update }],
    ['deletions', { code: 409, write: remove }],
  ]
}
