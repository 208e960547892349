import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { root } from '../pages.js'
import type { Apart, NotRun } from './apart.js'
import { found } from './apart.js'

/** Puts the programs of the packages, as they were built, where npm puts those of what is installed. */
export function installPrograms(folder: string): void {
  mkdirSync(folder, { recursive: true })
  for (const [name, file] of readdirSync(join(root, 'packages')).flatMap(programsOf))
    write(folder, name, served(name, file))
}

/** Puts programs in a folder of the PATH that note what is not run here. */
export function makeStandIns(folder: string, notes: string, { apart, mayBeMissing }: NotRun): void {
  mkdirSync(folder, { recursive: true })
  const path = pathWithout(folder)
  for (const program of new Set(apart.map((each) => each.program)))
    write(folder, program, standIn(program, notes, apart, found(program, path)))
  for (const program of mayBeMissing.filter((each) => found(each, path) === undefined))
    write(folder, program, `${note(program, notes)}\n`)
}

/** The PATH of this process, on which the Node.js comes first that runs it. */
export function pathWithout(folder: string): string {
  const path = [dirname(process.execPath), ...(process.env['PATH'] ?? '').split(delimiter)]
  return path.filter((each) => each !== folder && !each.includes('node_modules')).join(delimiter)
}

function programsOf(name: string): readonly (readonly [name: string, file: string])[] {
  const folder = join(root, 'packages', name)
  const { bin = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    readonly bin?: Readonly<Record<string, string>>
  }
  return Object.entries(bin).map(([each, file]) => [each, join(folder, file)])
}

/** A server goes on beside the other commands of its page, as in a terminal of its own, from when it says that it serves. */
function served(name: string, file: string): string {
  const run = `"${process.execPath}" "${file}" "$@"`
  if (name !== 'bothkeys') return `exec ${run}\n`
  return `case " $* " in
  *" --check "* | *" --help "*) exec ${run} ;;
  *" serve "*) ;;
  *) exec ${run} ;;
esac
log=$(mktemp)
${run} >"$log" 2>&1 &
server=$!
echo "$server" >>"$BOTHKEYS_SERVERS"
while kill -0 "$server" 2>/dev/null; do
  grep -q '"event":"serving"' "$log" && exit 0
  sleep 0.1
done
cat "$log" >&2
exit 1
`
}

function standIn(program: string, notes: string, list: readonly Apart[], real: string | undefined): string {
  const lines = list.filter((each) => each.program === program).map(({ matches }) => matches.source)
  const rest = real === undefined ? `echo "${program} is not installed" >&2; exit 127` : `exec "${real}" "$@"`
  return `if printf '%s' "$*" | grep -Eq '${lines.join('|')}'; then
  ${note(program, notes)}
  exit 0
fi
${rest}
`
}

function note(program: string, notes: string): string {
  return `printf '%s\\n' "${program} $*" >>"${notes}"`
}

function write(folder: string, name: string, script: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}`, { mode: 0o755 })
}
