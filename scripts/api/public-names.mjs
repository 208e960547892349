import { ReflectionKind } from 'typedoc'

const counted = [
  ReflectionKind.Class,
  ReflectionKind.Interface,
  ReflectionKind.TypeAlias,
  ReflectionKind.Variable,
  ReflectionKind.Function,
  ReflectionKind.Property,
  ReflectionKind.Method,
  ReflectionKind.Accessor,
]

/**
 * The public names of a project: what its modules export, and the members of exported classes, interfaces and types that are one object.
 * Members of a type that stands within another, as those of a union, belong to the name whose doc block tells of them.
 */
export function publicNames(project) {
  return Object.values(project.reflections).filter(
    (reflection) => counted.includes(reflection.kind) && !isWithin(reflection),
  )
}

/** Whether a name has a doc block, or each way to call it has one. */
export function isDocumented(name) {
  if (name.hasComment()) return true
  const called = name.type?.type === 'reflection' ? name.type.declaration.signatures : undefined
  const signatures = [...(name.signatures ?? called ?? []), ...(name.getSignature ? [name.getSignature] : [])]
  return signatures.length > 0 && signatures.every((signature) => signature.hasComment())
}

/** Where a name stands, for example `packages/core/src/guard.ts:12 Guard.close`. */
export function placeOf(name, root) {
  const [source] = name.sources ?? []
  const file = source?.fullFileName.replace(root, '') ?? 'nowhere'
  return `${file}:${String(source?.line ?? 0)} ${name.getFullName()}`
}

function isWithin(reflection) {
  for (let above = reflection.parent; above !== undefined; above = above.parent) {
    if (above.kindOf(ReflectionKind.AllSignatures)) return true
    if (above.kindOf(ReflectionKind.TypeLiteral) && above.parent?.type?.declaration !== above) return true
    if (above.kindOf(ReflectionKind.TypeLiteral) && !above.parent.kindOf(ReflectionKind.TypeAlias)) return true
  }
  return false
}
