import { once } from 'node:events'
import { createInterface } from 'node:readline/promises'
import { BothKeysError } from '../errors.js'
import { isPrincipal } from '../identity/make-principal.js'
import type { Principal } from '../model/principal.js'
import type { ApprovalRequest, Approver } from './approver.js'
import { digestPrefix, requestView } from './request-view.js'
import { inRows } from './rows.js'

/** Who sits at the terminal, and which terminal. */
export interface TerminalApproverOptions {
  /** The person at the terminal, made by a verifier. */
  readonly principal: Principal
  /** Default: standard input. */
  readonly input?: NodeJS.ReadableStream & { readonly isTTY?: boolean }
  /** Default: standard error, so that a program's own output stays clean. */
  readonly output?: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number }
}

const maxQuestions = 3

/**
 * Asks the person at this terminal, one request after the other. Approving takes typing `yes` and the first digits of the
 * digest that is shown; anything but that never approves. A view that had to be cut can only be denied; one in which masks hide
 * values can be approved, because no rule that asks for more than its evidence takes it.
 * Without a terminal, and when the input ends, the answer is no. Its evidence is `asserted`.
 * Throws ERR_CONFIG_INVALID when `principal` was not made by a verifier.
 */
export function terminalApprover(options: TerminalApproverOptions): Approver {
  const { principal, input = process.stdin, output = process.stderr } = options
  if (!isPrincipal(principal)) {
    throw new BothKeysError('ERR_CONFIG_INVALID', 'terminalApprover needs a principal that a verifier made', {
      hint: 'verify a credential of the person at the terminal and pass what comes back',
    })
  }
  let last: Promise<unknown> = Promise.resolve()

  async function decision(request: ApprovalRequest, signal: AbortSignal): Promise<'allow' | 'deny' | undefined> {
    if (signal.aborted) return undefined
    if (input.isTTY !== true || output.isTTY !== true) return 'deny'
    const view = requestView(request)
    const { columns = Infinity } = output
    output.write(`\n${inRows(view.text.split('\n'), columns - 1).join('\n')}\n`)
    return ask(request, view.complete || view.masked === true, signal)
  }

  async function ask(
    request: ApprovalRequest,
    approvable: boolean,
    signal: AbortSignal,
  ): Promise<'allow' | 'deny' | undefined> {
    // Not a line editor: the terminal's own Ctrl-C and Ctrl-D keep working, and nothing is kept as history.
    const lines = createInterface({ input, output, terminal: false })
    const ended = new AbortController()
    const over = once(lines, 'close', { signal: ended.signal }).then(
      () => undefined,
      () => undefined,
    )
    try {
      for (let question = 0; question < maxQuestions; question++) {
        const answered = lines.question(questionText(request, approvable), { signal })
        const answer = await Promise.race([answered.catch(() => undefined), over])
        if (signal.aborted) {
          output.write(`\napproval ${digestPrefix(request)}: no longer asked for\n`)
          return undefined
        }
        const meaning = meaningOf(answer, request)
        if (meaning === 'deny' || (meaning === 'allow' && approvable)) return meaning
      }
      return 'deny'
    } finally {
      ended.abort()
      lines.close()
    }
  }

  return Object.freeze({
    name: 'terminal',
    level: 'asserted',
    async ask(request, vote, signal): Promise<void> {
      // In turn, so that two requests never share a prompt.
      const turn = last.then(() => decision(request, signal))
      last = turn.catch(() => undefined)
      const decided = await turn
      if (decided === undefined) return
      const receipt = await vote({ decision: decided, approver: principal, digest: request.digest })
      const prefix = digestPrefix(request)
      if (receipt.counted) return
      if (output.isTTY === true) output.write(`approval ${prefix}: not counted (${receipt.reason})\n`)
      throw new BothKeysError('ERR_APPROVAL_INELIGIBLE', `the terminal's vote was not counted (${receipt.reason})`)
    },
  } satisfies Approver)
}

function questionText(request: ApprovalRequest, approvable: boolean): string {
  if (!approvable) return 'It cannot be approved here. Type "no" to deny it: '
  return `Type "yes ${digestPrefix(request)}" to approve, "no" to deny: `
}

/** Undefined: the answer means nothing, ask again. No answer at all is a no. */
function meaningOf(answer: string | undefined, request: ApprovalRequest): 'allow' | 'deny' | undefined {
  const words = answer?.trim().toLowerCase()
  if (words === undefined || words === '' || words === 'n' || words === 'no') return 'deny'
  return words === `yes ${digestPrefix(request)}` ? 'allow' : undefined
}
