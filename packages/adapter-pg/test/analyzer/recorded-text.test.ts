import { fc } from '../support/properties.js'
import { beforeAll, describe, expect, it } from 'vitest'
import { prepareGrammar } from '../../src/analyzer/grammar.js'
import { parseStatement } from '../../src/analyzer/parse.js'
import { quickRedaction } from '../../src/analyzer/quick-redaction.js'
import { recordedText } from '../../src/analyzer/recorded-text.js'

beforeAll(prepareGrammar)

async function recorded(text: string): Promise<string> {
  const parsed = await parseStatement(text)
  return parsed.unparsable ? '' : parsed.recordedText
}

describe('the recorded text', () => {
  it.each([
    ["select 'a', 1, 2.5e-3, .5, $1", 'select ?, ?, ?, ?, $1'],
    ["select E'it\\'s', e'\\\\', b'101', X'1f', N'n', U&'\\0441'", 'select ?, ?, ?, ?, N?, ?'],
    ["select $$a$$, $tag$ it's $$ $tag$", 'select ?, ?'],
    ["select 'it''s' -- secret\n, /* a /* b */ c */ 2", 'select ? , ?'],
    ["select 'a'\n'b'", 'select ?'],
    ["select E'a'\n'b\\' , 1'", 'select ?'],
    ['select "Column""s", u&"\\0441" from "T"', 'select "Column""s", u&"\\0441" from "T"'],
    ["select date '2024-01-01', interval '1 day'", 'select date ?, interval ?'],
    ["select x'1f'::text, -1, 1-1", 'select ?::text, -?, ?-?'],
    ['select \'é\', "é"', 'select ?, "é"'],
    ["alter role bob password 'hunter2'", 'alter role bob password ?'],
    ["create role bob password E'hunter2' valid until '2030-01-01'", 'create role bob password ? valid until ?'],
    ["copy t from program 'curl http://user:pass@host'", 'copy t from program ?'],
    ["comment on table t is 'secret'", 'comment on table t is ?'],
    ["do $$ begin perform 'secret'; end $$", 'do ?'],
    ["notify news, 'secret'", 'notify news, ?'],
    [
      "create function f() returns text language sql as $f$ select 'secret' $f$",
      'create function f() returns text language sql as ?',
    ],
    ["set my.secret = 'hunter2'", 'set my.secret = ?'],
    ['set my.secret to hunter2, "Hunter3"; select a', 'set my.secret to ?, ?; select a'],
    ['select a; set my.secret to hunter2; set x to y', 'select a; set my.secret to ?; set x to y'],
    [
      'set x to y; create trigger t after insert on a execute function f(hunter2); update a set b = c',
      'set x to y; create trigger t after insert on a execute function f(?); update a set b = c',
    ],
    [
      'create table a (b int); update a set b.c = d; execute f(a)',
      'create table a (b int); update a set b.c = d; execute f(a)',
    ],
    ['set "my.secret" = hunter2', 'set "my.secret" = ?'],
    ['alter role bob set "my.secret" to hunter2', 'alter role bob set "my.secret" to ?'],
    [
      'create trigger t after insert on a for each row execute function f(hunter2, secret, "X"); select a',
      'create trigger t after insert on a for each row execute function f(?, ?, ?); select a',
    ],
    [
      'create trigger t after insert on a execute procedure s.f()',
      'create trigger t after insert on a execute procedure s.f()',
    ],
    ['set local my.secret = on', 'set local my.secret = ?'],
    ['alter role bob set my.secret to hunter2', 'alter role bob set my.secret to ?'],
    ['set "my.secret" to hunter2', 'set "my.secret" to ?'],
    ['set my."secret" to +5, -2.5', 'set my."secret" to +?, -?'],
    ['set u&"my\\002esecret" to hunter2', 'set u&"my\\002esecret" to ?'],
    ['set my.secret to u&"hunter!0032" uescape \'!\'', 'set my.secret to ? uescape ?'],
    ['alter database d set my.secret = hunter2', 'alter database d set my.secret = ?'],
    ['alter system set my.secret = hunter2', 'alter system set my.secret = ?'],
    ['alter system set primary_conninfo = "password=hunter2"', 'alter system set primary_conninfo = ?'],
    ['alter system set Archive_Command = hunter2', 'alter system set Archive_Command = ?'],
    ['alter role all in database d set "my.secret" to hunter2', 'alter role all in database d set "my.secret" to ?'],
    [
      'alter function f(integer) set my.secret to hunter2 set my.other = "Hunter3" cost 5',
      'alter function f(integer) set my.secret to ? set my.other = ? cost ?',
    ],
    [
      'create function f() returns integer set my.secret to hunter2, "Hunter3" language sql set work_mem = low return 1',
      'create function f() returns integer set my.secret to ?, ? language sql set work_mem = low return ?',
    ],
    [
      'create or replace procedure p() set my.secret = hunter2 language sql as $$ $$',
      'create or replace procedure p() set my.secret = ? language sql as ?',
    ],
    ['set search_path to shop, public', 'set search_path to shop, public'],
    ['set search_path to "$user", public', 'set search_path to "$user", public'],
    ['alter table t set schema s', 'alter table t set schema s'],
    [
      'create table t (a integer references b on delete set null, "C" text check (a = b))',
      'create table t (a integer references b on delete set null, "C" text check (a = b))',
    ],
    [
      "create subscription s connection 'password=hunter2' publication p",
      'create subscription s connection ? publication p',
    ],
    [
      "create server s foreign data wrapper w options (host 'hunter2')",
      'create server s foreign data wrapper w options (host ?)',
    ],
    ["security label on table t is 'hunter2'", 'security label on table t is ?'],
    ['update t set a = é.b', 'update t set a = é.b'],
    [
      "create user mapping for bob server s options (password 'hunter2')",
      'create user mapping for bob server s options (password ?)',
    ],
    ['', ''],
    ['-- only a comment', ''],
  ])('of %s', async (text, expected) => {
    expect(await recorded(text)).toBe(expected)
  })

  it('never holds a literal of the text, whatever surrounds it', async () => {
    const secret = 'hunter2'
    const literal = fc.constantFrom(
      `'${secret}'`,
      `E'${secret}\\n'`,
      `$$${secret}$$`,
      `$x$${secret}$x$`,
      `U&'${secret}'`,
      `N'${secret}'`,
    )
    const around = fc.constantFrom('', ' ', "/* it's */", "-- it's\n", '\n', ' || ', ', ')
    const other = fc.constantFrom('1', '"a""b"', "''", "E'\\''", '$1', 'a.b', 'x::text', "b'1'")
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(other, around, literal), { minLength: 1, maxLength: 6 }), async (parts) => {
        const list = parts.map(
          ([first, gap, second]) => `${first},${gap.includes(',') || gap.includes('|') ? ' ' : gap}${second}`,
        )
        const text = `select ${list.join(', ')}`
        expect(await recorded(text)).not.toContain(secret)
      }),
    )
  })
})

describe('the quick way to it', () => {
  const word = fc.constantFrom('a', 'e', 'b', 'x', 'u', 'n', 'select', 'from', 'E1', '_x$y', 'é')
  const text = fc.string({
    unit: fc.constantFrom("'", '"', '\\', '$', 'a', ' ', '\n', '-', '*', '/', '1', ';', ',', '('),
  })
  const piece = fc.oneof(
    word,
    text,
    fc.constantFrom(
      "'",
      '"',
      "E'",
      "U&'",
      'U&"',
      '$$',
      '$a$',
      '--',
      '/*',
      '*/',
      '\n',
      ' ',
      '1e',
      '1e5',
      '.5',
      '1..2',
      '0x1F',
      '$1',
      '+',
      '&',
      "''",
    ),
    text.map((inner) => `'${inner.replaceAll("'", "''")}'`),
    text.map((inner) => `"${inner.replaceAll('"', '""')}x"`),
    text.map((inner) => `$q$${inner.replaceAll('$', '')}$q$`),
    text.map((inner) => `E'${inner.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`),
    text.map((inner) => `/*${inner.replaceAll('*', '').replaceAll('/', '')}*/`),
  )

  it('says the same as the scanner of the server, or nothing', () => {
    let compared = 0
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const joined = pieces.join('')
        const quick = quickRedaction(joined, [])
        const scanned = joined.includes('\0') ? '' : recordedText(Buffer.from(joined))
        if (quick === undefined || scanned.startsWith('[')) return
        compared += 1
        expect(quick).toBe(scanned)
      }),
      { numRuns: 3_000 },
    )
    expect(compared).toBeGreaterThan(500)
  })

  it('says nothing when the tree has a string where it found none', () => {
    const tree = { A_Const: { sval: { sval: 'x' }, location: 3 } }
    expect(quickRedaction("select 'x'", [tree])).toBeUndefined()
  })
})
