const guards = (file, tests, rows) =>
  rows.map(([name, find, replace = '']) => ({
    name,
    file: `packages/agent-tools/src/${file}.ts`,
    find,
    replace,
    tests: tests.map((test) => `packages/agent-tools/test/${test}.test.ts`),
  }))

/** What makes each call of a tool run once, and no other in its place. */
export const agentCallGuards = [
  ...guards(
    'calls/call-key',
    ['calls/call-key'],
    [
      ['a call is of its agent', 'issuer, id, subAgentOf', 'issuer, subAgentOf'],
      ['a call is of its issuer', "'bothkeys.tool-call.v1', issuer,", "'bothkeys.tool-call.v1',"],
      ['a call is of its conversation', 'thread, callId, name, args]', 'callId, name, args]'],
      ['a call has its number in its key', 'thread, callId, name, args]', 'thread, name, args]'],
      ['a call is of its tool', 'thread, callId, name, args]', 'thread, callId, args]'],
      ['a call is of its arguments', 'thread, callId, name, args]', 'thread, callId, name]'],
      ['what a call says is told apart', 'sorted(snapshot(parts))', 'sorted(parts as unknown as SnapshotValue)'],
      ['the order of members tells nothing', '(one < other ? -1 : 1)', '(one < other ? 0 : 0)'],
      ['the names of members tell calls apart', '`${JSON.stringify(key)}:${sorted(member)}`', 'sorted(member)'],
      [
        'the names of members are written whole',
        '`${JSON.stringify(key)}:${sorted(member)}`',
        '`"${key}":${sorted(member)}`',
      ],
    ],
  ),
  ...guards(
    'calls/claims',
    ['calls/claims'],
    [
      ['a ledger that hangs holds no call for ever', 'deadline.within(() => ledger.get(name))', 'ledger.get(name)'],
      [
        'a call that began is not begun again',
        "return claim === undefined || claim.state === 'waiting' ? { before: claim } : 'no'",
        'return { before: claim }',
      ],
      [
        'a call that is over is not begun again',
        "claim === undefined || claim.state === 'waiting'",
        "claim?.state !== 'begun'",
      ],
      [
        'whoever begins a call claims it',
        "return typeof begun === 'object' && 'before' in begun ? this.#own('begun') : claim",
        'return claim',
      ],
      [
        'a call that was taken back is not begun again',
        "  if (claim?.state === 'back') return { takenBack: claim.notice }\n  return claim === undefined ||",
        "  return claim === undefined || claim.state === 'back' ||",
      ],
      ['a call is taken back by whoever has it', "(isOwn || where === 'everywhere')", 'true'],
      ['a person takes a call back wherever it waits', "(isOwn || where === 'everywhere')", 'isOwn'],
      ['what ran is not taken back', "if (claim?.state === 'waiting' && (isOwn", 'if (claim !== undefined && (isOwn'],
      [
        'what runs somewhere else is told whoever takes it back',
        '      throw notHere()\n    })\n  }\n\n  /** Gives',
        '      return claim\n    })\n  }\n\n  /** Gives',
      ],
      [
        'whoever lost a call does not go on with it',
        "if (this.#isOwn(claim) && (claim?.state === 'begun' || claim?.state === 'waiting')) return this.#own(state)",
        "if (claim?.state === 'begun' || claim?.state === 'waiting') return this.#own(state)",
      ],
      ['whoever goes on with a call says so', "return this.#turn(key, 'begun')", "return this.#turn(key, 'waiting')"],
      ['whoever waits with a call says so', "return this.#turn(key, 'waiting')", "return this.#turn(key, 'begun')"],
      ['a call is ended by whoever has it', "(this.#isOwn(claim) ? this.#own('over') : claim)", "this.#own('over')"],
      ['a call is given back by whoever has it', '(this.#isOwn(claim) ? before : claim)', 'before'],
      ['holders of calls are told apart', 'return claim?.holder === this.#holder', 'return claim !== undefined'],
      [
        'a claim is on what was looked at',
        'expectedVersion: version',
        'expectedVersion: (await this.#ledger.get(name)).version',
      ],
      ['a claim that was not written is none', 'if (isCommitted === true) return', 'return'],
      ['what is no answer is no claim', 'isCommitted === true', 'Boolean(isCommitted)'],
      [
        'claims are kept',
        '(isPromise(time) ? await time : time) + this.#keptMs',
        'isPromise(time) ? await time : time',
      ],
      ['claims are not kept for ever', 'value: textOf(wanted), expiresAtMs }', 'value: textOf(wanted) }'],
      ['a claim is tried so often', 'attempt < mostAttempts', 'attempt < mostAttempts + 9'],
      ['what is no claim counts as made', "? { state: 'over', holder: '' } :", '? undefined :'],
      ['a claim has a form', '/^(begun|waiting):([0-9a-f]+)$/', '/(begun|waiting):([0-9a-f]+)/'],
    ],
  ),
  ...guards(
    'calls/tool-calls',
    ['calls/kept-calls', 'calls/tool-calls'],
    [
      ['calls are kept for a time', 'if (Number.isSafeInteger(value) && value > 0) continue', 'continue'],
      ['who makes a call again joins it', 'this.#calls.get(key) ?? this.#begin(key, work)', 'this.#begin(key, work)'],
      [
        'a call that was taken back waits still',
        '      if (!holds.isTakenBack || holds.last === undefined) throw error\n',
        '      throw error\n',
      ],
      [
        'who asks for an answer is back',
        '    const call = this.#callOf(key)\n    call.holds.isBack()\n',
        '    const call = this.#callOf(key)\n',
      ],
      ['who looks again leaves again', '      if (!call.isOver) holds.hasLeft()\n'],
      [
        'who looks again leaves in time',
        "if (hold !== undefined && first === late) return { state: 'held', notice: hold.notice }\n",
      ],
      ['a call that is taken back is aborted', '    call.abort.abort(reason)\n'],
      ['a call that was taken back is one', '      call.holds.isTakenBack = true\n'],
      [
        'other processes know what was taken back',
        'back === undefined ? this.#claims.end(key)',
        'back !== undefined || back === undefined ? this.#claims.end(key)',
      ],
      ['what was taken back elsewhere does not run', '      throw takenBackElsewhere()\n', '      return work()\n'],
      ['nothing begins that was taken back', '      abort.signal.throwIfAborted()\n'],
      ['what waits is noted', 'waits: () => this.#claims.wait(key)', 'waits: () => Promise.resolve()'],
      ['what goes on is noted', 'goesOn: () => this.#claims.goOn(key)', 'goesOn: () => Promise.resolve()'],
      ['a call is claimed', "    if (begun === 'no') throw madeBefore()\n"],
      ['what is over is noted', 'if (!holds.isLeft) await this.#ended(key, holds, back)', ''],
      ['an answer is given that could not be noted', ': noted.catch(() => undefined))', ': noted)'],
      ['nothing runs instead of what may run', "takenBackFrom === 'everywhere' ? noted : noted.catch", 'noted.catch'],
      [
        'what a session leaves goes on elsewhere',
        "holds.isLeft = code === 'ERR_SESSION_CLOSED' && holds.current !== undefined",
        '',
      ],
      ['what another waits for is given back', '    await this.#claims.giveBack(key, begun.before)\n'],
      [
        'the oldest answers are forgotten',
        '    let tooMany = this.#calls.size - this.#mostKept\n',
        '    let tooMany = 0\n',
      ],
      ['what waits is not forgotten', '      if (!isOver) continue\n'],
    ],
  ),
  ...guards(
    'calls/held-call',
    ['calls/held-call', 'calls/tool-calls', 'calls/kept-calls'],
    [
      ['nobody is told of what is not noted', '        await waiting\n'],
      ['nothing runs before its maker is back', '        await this.#whenBack(goesOn)\n', '        await goesOn()\n'],
      ['what goes on says so first', '    await goesOn()\n', '    void goesOn()\n'],
      ['whoever left is not back', '    } while (back !== this.#back)', '    } while (false)'],
      ['whoever leaves has left', '    this.#back = deferred()\n'],
    ],
  ),
  ...guards(
    'calls/answered-calls',
    ['calls/answered-calls'],
    [
      [
        'nobody joins the call of another session',
        '    this.#calls.set(session, calls)\n',
        '    this.#calls.get = () => calls\n',
      ],
      ['sessions wait by themselves', '`${session.id} ${key}`', 'key'],
      ['answered calls are kept for a time', '    assertCounts(options)\n'],
      ['who was answered takes nothing back', "      signal?.removeEventListener('abort', leave)\n"],
    ],
  ),
]

/** What an agent is told of a call that came to nothing. */
export const agentToldGuards = [
  ...guards(
    'told',
    ['told'],
    [
      [
        'an agent is told its own failures alone',
        'if (!(error instanceof BothKeysError)) return',
        'if (error instanceof Error && !(error instanceof BothKeysError)) return `Failed: ${error.message}`\n  if (!(error instanceof BothKeysError)) return',
      ],
      [
        'an agent is told no cause',
        'return `Failed: ${error.message}`',
        'return `Failed: ${error.message} ${String(error.cause)}`',
      ],
      ['an agent is told the rules', "...(rules.length > 0 ? [`Rules: ${rules.join(', ')}`] : []),", ''],
      ['an agent is told who can help', "    words[Object.hasOwn(help, code) ? help[code] : 'operator'],\n"],
      [
        'an agent is told to stop by an unknown door',
        "Object.hasOwn(help, code) ? help[code] : 'operator'",
        'help[code]',
      ],
      ['an agent is told what is next', '...(hint === undefined ? [] : [`Next: ${hint}.`]),', ''],
      ['no person helps against a denial', "  ERR_DENIED: 'nobody',", "  ERR_DENIED: 'people',"],
      ['no person helps against a no', "  ERR_APPROVAL_DENIED: 'nobody',", "  ERR_APPROVAL_DENIED: 'people',"],
    ],
  ),
]
