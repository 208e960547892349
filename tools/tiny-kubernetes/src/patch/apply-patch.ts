import { type JsonObject, same } from '../json.js'
import { leavesOf, type Manager, withValues, type Writer } from '../objects/managed-fields.js'
import { Refusal } from '../status.js'
import { removeLeaf } from './remove-leaf.js'
import { strategicPatch } from './strategic-patch.js'

/** What comes of it. */
export interface Applied {
  readonly object: JsonObject
  readonly managers: readonly Manager[]
}

/**
 * Applies what somebody wants an object to be, as server-side apply does: what they wanted before and do not now goes, unless
 * others want it too. Throws a conflict when others own what would change, unless it is forced.
 */
export function applyPatch(
  live: JsonObject,
  managers: readonly Manager[],
  wanted: JsonObject,
  { apiVersion, force, name, time }: Writer & { readonly force: boolean },
): Applied {
  const isMine = (one: Manager): boolean => one.name === name && one.operation === 'Apply'
  const fields = leavesOf(wanted)
  const now = leavesOf(live)
  const changes = [...fields].filter(([path, { value }]) => !same(now.get(path)?.value, value)).map(([path]) => path)
  const others = managers.filter((one) => !isMine(one))
  const conflicts = others.flatMap((owner) =>
    changes.filter((path) => owner.fields.has(path)).map((path) => ({ owner, path })),
  )
  if (conflicts.length > 0 && !force) throw conflictOf(conflicts)
  const left = others.map((one) => ({
    ...one,
    fields: new Set([...one.fields].filter((path) => !changes.includes(path))),
  }))
  const dropped = [...(managers.find(isMine)?.fields ?? [])].filter(
    (path) => !fields.has(path) && !left.some((one) => one.fields.has(path)),
  )
  const without = dropped.reduce((object, path) => removeLeaf(object, now.get(path)?.steps ?? []), live)
  const object = strategicPatch(without, wanted)
  const mine: Manager = { name, operation: 'Apply', apiVersion, time, fields: new Set(fields.keys()) }
  return { object, managers: withValues([mine, ...left], leavesOf(object)) }
}

interface Conflict {
  readonly owner: Manager
  readonly path: string
}

function conflictOf(conflicts: readonly Conflict[]): Refusal {
  const owners = [...new Set(conflicts.map(({ owner }) => whose(owner)))]
  const parts = owners.map((owner) => {
    const paths = conflicts.flatMap((each) => (whose(each.owner) === owner ? [each.path] : [])).sort()
    return paths.length === 1
      ? `conflict with ${owner}: ${String(paths[0])}`
      : `conflicts with ${owner}:\n${paths.map((path) => `- ${path}`).join('\n')}`
  })
  const count = conflicts.length === 1 ? '1 conflict' : `${String(conflicts.length)} conflicts`
  const causes = conflicts.map(({ owner, path }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${whose(owner)}`,
    field: path,
  }))
  return new Refusal(409, 'Conflict', `Apply failed with ${count}: ${parts.join('\n')}`, { causes })
}

function whose({ apiVersion, name, operation }: Manager): string {
  return operation === 'Apply' ? `"${name}"` : `"${name}" using ${apiVersion}`
}
