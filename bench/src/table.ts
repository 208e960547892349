import type { LocalPostgres } from '@bothkeys/local-postgres'
import type { Estimate } from './statistics.js'

/** One figure: what must be reached and what was measured. */
export interface Row {
  readonly figure: string
  /** What the project wants, and what it accepts. */
  readonly goal: string
  readonly accepted: string
  readonly measured: string
  readonly verdict: 'goal' | 'accepted' | 'missed' | ''
}

export interface Table {
  readonly title: string
  /** How it was measured, in a sentence or two. */
  readonly method: string
  readonly rows: readonly Row[]
}

/** What a table is measured with. */
export interface Bench {
  readonly rounds: number
  readonly server: LocalPostgres
}

/** One table of the benchmark, by the name that the command line uses. */
export interface Benchmark {
  readonly name: string
  measure(bench: Bench): Promise<Table>
  /** Does the governed work alone for some seconds, to be profiled; answers how often. */
  work?(bench: Bench, milliseconds: number): Promise<number>
}

/** Whether a figure reaches its limits. Lower is better. */
export function verdict(value: number, goal: number, accepted: number = goal): Row['verdict'] {
  if (value <= goal) return 'goal'
  return value <= accepted ? 'accepted' : 'missed'
}

/** `1.12 (1.10–1.14)` */
export function ratioText({ median, low, high }: Estimate): string {
  return `${median.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`
}

/** `34 µs (31–40)`, from milliseconds. */
export function microsText({ median, low, high }: Estimate): string {
  return `${micros(median)} µs (${micros(low)}–${micros(high)})`
}

/** Microseconds, from milliseconds. */
export function micros(milliseconds: number): string {
  const value = milliseconds * 1000
  return value.toFixed(Math.abs(value) < 10 ? 2 : 0)
}

const headings = ['figure', 'goal', 'accepted', 'measured', 'reached'] as const

/** The table as Markdown, padded so that it can be read in a terminal too. */
export function markdown(table: Table): string {
  const lines = [headings, ...table.rows.map((row) => [row.figure, row.goal, row.accepted, row.measured, row.verdict])]
  const widths = headings.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)))
  const print = (line: readonly string[]): string =>
    `| ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  const [first, ...rest] = lines.map(print)
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`
  return [`## ${table.title}`, '', table.method, '', first, rule, ...rest, ''].join('\n')
}
