import type { Walk } from './walk.js'

/**
 * Columns of system relations that hold what has resources of its own: whoever reads them knows settings of roles and databases,
 * and where sequences stand, of any name.
 */
const told: readonly (readonly [relation: string, column: string, resource: string])[] = [
  ['pg_db_role_setting', 'setconfig', 'setting:*'],
  ['pg_roles', 'rolconfig', 'setting:*'],
  ['pg_user', 'useconfig', 'setting:*'],
  ['pg_shadow', 'useconfig', 'setting:*'],
  ['pg_sequences', 'last_value', 'sequence:*'],
]

/** Effects of what the text reads in the server's own catalog. When all its reads are known, as columns are noted late. */
export function tellFromCatalogs({ effects }: Walk): void {
  for (const [relation, column, resource] of told) {
    if (effects.reads(`table:pg_catalog.${relation}`, column)) effects.add('read', resource)
  }
}
