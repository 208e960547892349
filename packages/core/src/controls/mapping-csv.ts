import type { ControlMapping, MappedControl, MappedException, MappedRule } from './control-mapping.js'

/** In this order; docs/controls.md is kept equal to them by a test. */
export const columns = [
  'control',
  'framework',
  'title',
  'asks',
  'status',
  'reason',
  'rule',
  'kinds',
  'path',
  'does',
  'exceptions',
  'findings',
  'policy',
  'at',
] as const

/** What a spreadsheet would take for a formula, or for what ends a cell in front of one. */
const formula = /^[=+\-@\t\r\n\uFF0B\uFF0D\uFF1D\uFF20]/u

/**
 * Writes a mapping as CSV (RFC 4180): a header, then one row for each control and rule, and one for a control without any.
 * A cell that a spreadsheet would run as a formula begins with an apostrophe. Pure.
 */
export function controlMappingCsv(mapping: ControlMapping): string {
  const rows = mapping.controls.flatMap((control) =>
    (control.rules.length === 0 ? [undefined] : control.rules).map((rule) => rowOf(mapping, control, rule)),
  )
  return [columns, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('')
}

function rowOf(
  { at, policy }: ControlMapping,
  control: MappedControl,
  rule: MappedRule | undefined,
): readonly string[] {
  const { asks, exceptions, findings, framework, reason, status, title } = control
  const ofRule = rule?.rule === 'separate' ? exceptions.filter((exception) => exception.rule === rule.id) : []
  const found = findings.map(({ code, path, severity }) => `${severity} ${code} at ${path}`)
  return [
    control.control,
    framework,
    title,
    asks,
    status,
    reason,
    rule?.id ?? '',
    rule?.kinds.join(' ') ?? '',
    rule?.path ?? '',
    rule?.does ?? '',
    ofRule.map(exceptionText).join('; '),
    found.join('; '),
    policy,
    at,
  ]
}

function exceptionText({ id, inForce, mitigatedBy, owner, subject, until }: MappedException): string {
  const how = inForce ? 'in force' : 'over'
  return `${id}: ${subject.id} of ${subject.issuer}, ${how}, until ${until}, owner ${owner}, instead ${mitigatedBy}`
}

/** Quoted also where a spreadsheet that is told so, or set to another country, would begin another cell. */
function cell(text: string): string {
  const inert = formula.test(text) ? `'${text}` : text
  return /[",;|\t\r\n]/u.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert
}
