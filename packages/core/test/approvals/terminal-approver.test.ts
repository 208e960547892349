import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import type { HoldRequest } from '../../src/approvals/coordinator.js'
import { terminalApprover } from '../../src/approvals/terminal-approver.js'
import type { Principal } from '../../src/model/principal.js'
import type { Bench } from './support.js'
import { ann, bench, hold, human, never } from './support.js'

/** A terminal that answers by script: `{digest}` stands for the prefix that it was shown. */
class Terminal {
  readonly input: PassThrough & { isTTY?: boolean } = new PassThrough()
  readonly output: PassThrough & { isTTY?: boolean } = new PassThrough()
  shown = ''

  constructor(answers: readonly string[], isTTY = true) {
    Object.assign(this.input, { isTTY })
    Object.assign(this.output, { isTTY })
    const left = [...answers]
    this.output.on('data', (chunk: Buffer) => {
      this.shown += chunk.toString()
      if (!chunk.toString().endsWith(': ')) return
      const answer = left.shift()
      if (answer === undefined) return
      if (answer === '{end}') this.input.end()
      else this.input.write(answer.replace('{digest}', this.prefix))
    })
  }

  get prefix(): string {
    return /approval ([0-9a-f]{8})/u.exec(this.shown)?.[1] ?? ''
  }
}

function at(terminal: Terminal, principal: Principal = ann): Bench {
  const { input, output } = terminal
  return bench({ approvers: [terminalApprover({ principal, input, output })] })
}

describe('the terminal approver', () => {
  it('approves when the person types yes and the digest that is shown', async () => {
    const terminal = new Terminal(['yes {digest}\n'])
    const asked = hold()
    const outcome = await at(terminal).coordinator.request(asked, never)
    expect(outcome.outcome).toBe('approved')
    expect(terminal.shown).toContain(asked.digest.slice(0, 8))
    expect(terminal.shown).toContain('| delete from invoices where id = $1')
    expect(terminal.shown).toContain('s3cret-parameter')
    expect(terminal.shown).toContain('deletes rows of public.invoices')
    expect(terminal.shown).toContain('requester  agent deployer')
  })

  it('approves with values masked, of which nothing is shown', async () => {
    const hidden = { rules: [{ rule: 'pii', values: 1, except: [] }], text: null, spans: [], parameters: [1] }
    const terminal = new Terminal(['yes {digest}\n'])
    expect((await at(terminal).coordinator.request(hold({ hidden }), never)).outcome).toBe('approved')
    expect(terminal.shown).not.toContain('s3cret-parameter')
    expect(terminal.shown).toContain('masked     1 by pii')
    const cut = new Terminal(['yes {digest}\n', 'yes {digest}\n', 'yes {digest}\n'])
    expect((await at(cut).coordinator.request(hold({ hidden }, 'x'.repeat(9_000)), never)).outcome).toBe('denied')
    expect(cut.shown).toContain('It cannot be approved here.')
  })

  it('breaks lines for a narrow terminal, each row behind a bar', async () => {
    const terminal = new Terminal(['no\n'])
    Object.assign(terminal.output, { columns: 30 })
    await at(terminal).coordinator.request(hold({}, `delete from invoices where ${'x'.repeat(60)}`), never)
    const rows = terminal.shown.split('\n').filter((row) => !row.startsWith('Type'))
    expect(Math.max(...rows.map(({ length }) => length))).toBe(29)
    expect(rows.filter((row) => row.startsWith('    |> ') && row.includes('xxx')).length).toBeGreaterThan(2)
  })

  it.each([
    ['no', 'no\n'],
    ['n', 'n\n'],
    ['an empty line', '\n'],
    ['nothing, and the input ends', '{end}'],
  ])('denies on %s', async (_what, answer) => {
    const outcome = await at(new Terminal([answer])).coordinator.request(hold(), never)
    expect(outcome.outcome).toBe('denied')
  })

  it.each([['yes'], ['y'], ['yes 00000000'], ['YES PLEASE'], ['{digest}']])(
    'takes %s for no approval: asks again, and denies after three times',
    async (answer) => {
      const terminal = new Terminal(Array.from({ length: 3 }, () => `${answer}\n`))
      const outcome = await at(terminal).coordinator.request(hold(), never)
      expect(outcome.outcome).toBe('denied')
      expect(terminal.shown.match(/to approve, "no" to deny/gu)).toHaveLength(3)
    },
  )

  it('denies at once without a terminal, and prints nothing', async () => {
    const terminal = new Terminal(['yes {digest}\n'], false)
    const outcome = await at(terminal).coordinator.request(hold(), never)
    expect(outcome.outcome).toBe('denied')
    expect(terminal.shown).toBe('')
  })

  it('cannot approve what it could not show in full', async () => {
    const terminal = new Terminal(['yes {digest}\n', 'yes {digest}\n', 'yes {digest}\n'])
    const long = hold({}, `select '${'x'.repeat(20_000)}'; drop table users`)
    const outcome = await at(terminal).coordinator.request(long, never)
    expect(outcome.outcome).toBe('denied')
    expect(terminal.shown).toContain('THIS VIEW IS NOT COMPLETE, SO IT CANNOT BE APPROVED HERE.')
  })

  it('lets go of the terminal when the request is withdrawn', async () => {
    const terminal = new Terminal([])
    const gone = new AbortController()
    const running = at(terminal).coordinator.request(hold(), gone.signal)
    await expect.poll(() => terminal.shown).toContain('to approve')
    gone.abort()
    expect((await running).outcome).toBe('withdrawn')
    await expect.poll(() => terminal.input.listenerCount('data') + terminal.input.listenerCount('keypress')).toBe(0)
  })

  it('asks one request after the other, so that an answer never goes to the wrong one', async () => {
    const terminal = new Terminal([])
    const on = at(terminal)
    const first = hold({}, 'delete from first')
    const second = hold({}, 'delete from second')
    const outcomes = [on.coordinator.request(first, never), on.coordinator.request(second, never)]
    await expect.poll(() => terminal.shown).toContain('to approve')
    expect(terminal.shown).not.toContain('delete from second')
    terminal.input.write(`yes ${second.digest.slice(0, 8)}\n`)
    await expect.poll(() => terminal.shown.match(/to approve/gu)?.length).toBe(2)
    terminal.input.write(`yes ${first.digest.slice(0, 8)}\n`)
    expect((await outcomes[0]!).outcome).toBe('approved')
    await expect.poll(() => terminal.shown).toContain('delete from second')
    terminal.input.write('no\n')
    expect((await outcomes[1]!).outcome).toBe('denied')
  })

  it('tells the person why their vote does not count', async () => {
    const terminal = new Terminal(['yes {digest}\n'])
    const changes: Partial<HoldRequest> = { requester: human('ann', ['deployer']) }
    const outcome = await at(terminal).coordinator.request(hold(changes), never)
    expect(outcome).toMatchObject({ outcome: 'unavailable', refusal: { code: 'ERR_APPROVAL_INELIGIBLE' } })
    expect(terminal.shown).toContain('not counted (not-independent: subject, person)')
  })

  it('cannot be built for somebody whom no verifier made', () => {
    expect(() => terminalApprover({ principal: { ...ann } })).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG_INVALID' }) as Error,
    )
  })
})
