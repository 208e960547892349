import type { Relation } from '../catalog/snapshot.js'
import type { SessionState } from '../catalog/session-state.js'

/** Writes a resource: `kind:segment.segment`, segments that could be misread in double quotes. */
export function resource(kind: string, ...segments: readonly string[]): string {
  return `${kind}:${segments.map(segment).join('.')}`
}

/** The resource of a relation: `sequence:` for sequences, `table:` for everything that has rows. */
export function relationResource(relation: Relation, state: SessionState): string {
  const kind = relation.kind === 'sequence' ? 'sequence' : relation.kind === 'index' ? 'index' : 'table'
  return resource(kind, schemaLabel(relation.schema, state), relation.name)
}

/** A schema as policies name it: this session's own temporary schema is `pg_temp`. */
export function schemaLabel(schema: string, state: SessionState): string {
  return schema === state.temporarySchema ? 'pg_temp' : schema
}

/** A segment of a resource, in double quotes where it could be misread. */
export function segment(text: string): string {
  return /[.:*"]/.test(text) || text === '' ? `"${text.replaceAll('"', '""')}"` : text
}

/** What a resource says: its kind and its segments, without quotes. */
export function namedBy(resource: string): { readonly kind: string; readonly segments: readonly string[] } {
  const [kind = '', ...segments] = [...resource.matchAll(/"(?:[^"]|"")*"|[^.:"]+/g)].map(([part]) => part)
  return {
    kind,
    segments: segments.map((part) => (part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part)),
  }
}
