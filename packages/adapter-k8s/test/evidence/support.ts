import type { Answer, Seen } from '../support/tiny-api.js'

/** An object as the API server keeps it. */
export function kept(kind: string, name: string, more: object = {}): Record<string, unknown> {
  return {
    apiVersion: 'v1',
    kind,
    metadata: { name, namespace: 'shop', uid: `uid-of-${name}`, resourceVersion: '7' },
    ...more,
  }
}

/** What a test says to the requests of one kind; the others are answered with nothing of interest. */
export function answering(answers: Partial<Record<'look' | 'trial' | 'write', Answer>>): (seen: Seen) => Answer {
  return (seen) => {
    const found = answers[kindOf(seen)]
    return found ?? { body: kept('ConfigMap', 'c') }
  }
}

export function kindOf({ method, url }: Seen): 'look' | 'trial' | 'write' {
  if (method === 'GET') return 'look'
  return url.includes('dryRun=All') ? 'trial' : 'write'
}

/** An answer that refuses. */
export function failing(code: number, message = 'no'): Answer {
  return { status: code, body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', message, code } }
}
