import { qualifiedEquals as eq, isUser, number } from './qualified-sql.js'
import { storedUseSql } from './stored-use-sql.js'

const isSelect = (rule: string): string => eq(`${rule}.ev_type`, "'1'")
/** The server tells how long a stored query is without reading it. */
const bytes = (rule: string): string => `pg_catalog.octet_length(${rule}.ev_action::pg_catalog.text)`

const maxViewBytes = 256 * 1024
const maxViewsBytes = 16 * 1024 * 1024

/** Columns of a rule, from `ruleRows`. The query of a view comes whole, if it is not too long; of others is told what they use. */
export const ruleColumns: readonly string[] = [
  number('r.ev_class'),
  'r.ev_type',
  'r.rulename',
  `CASE WHEN ${isSelect('r')} AND ${bytes('r')} OPERATOR(pg_catalog.<=) ${String(maxViewBytes)} AND r.until OPERATOR(pg_catalog.<=) ${String(maxViewsBytes)} THEN pg_catalog.to_json(r.ev_action::pg_catalog.text) ELSE ${storedUseSql("pg_catalog.concat(r.ev_action, ' ', r.ev_qual)")} END`,
  'r.is_instead',
]

const length = `CASE WHEN ${isSelect('w')} THEN ${bytes('w')} ELSE 0 END`

/** Rules of users, each with how long it and all shorter ones are together. */
export const ruleRows: string = `(SELECT w.*, pg_catalog.sum(${length}) OVER (ORDER BY ${length}, w.oid) AS until FROM pg_catalog.pg_rewrite AS w WHERE ${isUser('w.ev_class')} AND w.ev_enabled OPERATOR(pg_catalog.<>) 'D') AS r`
