import type { Effect } from '@bothkeys/core/adapter'
import type { Analysis } from '../analyzer/analysis.js'
import type { Parsed } from '../analyzer/parse-bytes.js'
/** TEMPORARY */
export function analyse(parsed: Parsed): Analysis {
  const text = parsed.text
  const w = /^\s*(\w+)/.exec(text)?.[1]?.toLowerCase() ?? ''
  const e = (duty: Effect['duty'], resource: string): Effect => ({ duty, resource, attributes: {} })
  const effects =
    w === 'update' || w === 'insert'
      ? [e('write', 'table:public.t'), e('read', 'table:public.t')]
      : w === 'delete'
        ? [e('delete', 'table:public.t')]
        : w === 'drop' || w === 'create'
          ? [e('define', 'table:public.t')]
          : w === 'select'
            ? [e('read', 'table:public.t')]
            : w === 'do'
              ? [e('opaque', 'statement:do')]
              : []
  const verb = { begin: 'begin', commit: 'commit', rollback: 'rollback' }[w] as 'begin' | undefined
  return {
    description: { operation: 'query', text, recordedText: text, effects },
    statementCount: 1,
    settingFree: true,
    transaction:
      verb === undefined
        ? undefined
        : { verb, chain: false, isolation: undefined, readOnly: undefined, deferrable: undefined },
    containsTransactionControl: false,
    registry: [],
    copy: /copy .*stdin/i.test(text) ? 'in' : undefined,
    changesCatalog: false,
    uses: [],
  }
}
