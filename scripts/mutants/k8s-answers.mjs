import { guards, test } from './k8s-guards.mjs'

/** How the door for Kubernetes cuts logs, says why it refuses, and what leads traffic elsewhere. */
export const k8sAnswerGuards = [
  ...guards('door/log-limit', test('door/logs'), [
    [
      'logs that are masked are cut behind the mask',
      "if (kind !== 'log' || !isMasked",
      "if (kind === 'log' || !isMasked",
    ],
    ['of a log so many bytes are shown and no more', 'yield part.subarray(0, left)', 'yield part'],
  ]),
  ...guards('door/told-upgrades', test('streams/told-upgrades'), [
    [
      'what was refused over a WebSocket is told once more',
      "if (method !== 'GET') return before",
      "if (method === '') return before",
    ],
    ['what was told is told once', '    this.#told.delete(target)\n'],
    ['what is long is not kept', '    if (answer.body.length > longest) return answer\n'],
    ['so much that was told is kept and no more', '      this.#told.delete(oldest)\n'],
  ]),
  ...guards('door/unlisted-group', test('door/unlisted-group'), [
    ['a rule that refuses is told as it is', 'refusal.rules.length > 0 || ', ''],
  ]),
  ...guards('danger/traffic', test('danger/traffic'), [
    ['addresses in a status lead traffic elsewhere', 'if (now.isSet && textOf', 'if (!now.isSet && textOf'],
  ]),
]
