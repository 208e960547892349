import type { CanonicalRequest } from '../request/canonical-request.js'

/** What an exec or an attach asks for. */
export interface ProcessFacts {
  readonly command: readonly string[]
  /** Undefined: the API server chooses. */
  readonly container: string | undefined
  readonly stdin: boolean
  readonly stdout: boolean
  readonly stderr: boolean
  readonly tty: boolean
}

/** Reads it off a query in which every value is of its type. */
export function processFacts({ query }: Pick<CanonicalRequest, 'query'>): ProcessFacts {
  const all = (name: string): readonly string[] => query.flatMap(([each, value]) => (each === name ? [value] : []))
  const isSet = (name: string): boolean => all(name)[0] === 'true'
  return {
    command: all('command'),
    container: all('container')[0],
    stdin: isSet('stdin'),
    stdout: isSet('stdout'),
    stderr: isSet('stderr'),
    tty: isSet('tty'),
  }
}

/** The ports of a port-forward, in the order of their channels. */
export function portsOf({ query }: Pick<CanonicalRequest, 'query'>): readonly number[] {
  return query.flatMap(([name, value]) => (name === 'ports' ? [Number(value)] : []))
}
