import { personKey } from '../duties/person.js'
import { BothKeysError } from '../errors.js'
import type { Subject } from '../model/principal.js'
import type { PolicyPath, Problem } from '../policy/problem.js'
import { invalid, problemList, quoted } from '../policy/problem.js'
import { readYamlText } from '../policy/yaml-text.js'
import { suggestion } from '../policy/nearest.js'
import type { DirectoryRecord } from './directory.js'
import { maxLinks } from './directory-record.js'
import { identifier } from './identifier.js'
import { ownMember } from './own-member.js'

/** What a directory file says, by account: `issuer#id`. */
export type People = ReadonlyMap<string, DirectoryRecord>

/** Everything that a group of a directory file may say, by what it is about. */
export const peopleKeys = Object.freeze({
  file: ['version', 'issuer', 'people', 'agents', 'workloads'],
  person: ['accounts', 'roles', 'disabled'],
  agent: ['account', 'owners', 'agentClass', 'roles', 'disabled'],
  account: ['issuer', 'id'],
} as const)

const maxRoles = 256

/**
 * Reads a directory file: YAML 1.2 of which JSON is a part, as strict as a policy. Throws ERR_DIRECTORY_INVALID with every
 * problem, each with file, line and key: a key that it does not know, an account that stands for two, an owner who is no
 * person of the file (so that no chain of owners can lead anywhere but to a person), an agent without one.
 */
export function parsePeople(name: string, text: string): People {
  const { locate, problems, value } = readYamlText(text, 'directory')
  const reader = new PeopleReader()
  if (problems.length === 0) reader.read(value)
  const found = [...problems, ...reader.problems]
  if (found.length === 0) return reader.records
  throw new BothKeysError(
    'ERR_DIRECTORY_INVALID',
    `the directory ${name} was not loaded, ${problemList(name, found, locate)}`,
    { hint: 'correct these places; docs/directory.md says what the file may hold' },
  )
}

type Group = Readonly<Record<string, unknown>>

class PeopleReader {
  readonly problems: Problem[] = []
  readonly records = new Map<string, DirectoryRecord>()
  /** Whose every account is, in the words of a problem. */
  readonly #holders = new Map<string, string>()
  /** The first account of every person. */
  readonly #people = new Map<string, Subject | undefined>()
  readonly #others = new Set<string>()
  #issuer: string | undefined

  read(value: unknown): void {
    const file = this.#group(value, [], peopleKeys.file)
    if (file === undefined) return
    if (file['version'] !== 1) this.#report(['version'], 'write version: 1')
    if (file['issuer'] !== undefined) this.#issuer = this.#issuerOf(file['issuer'], ['issuer'])
    const people = this.#entries(file['people'], ['people'])
    const machines = (['agents', 'workloads'] as const).map(
      (section) => [section, this.#entries(file[section], [section])] as const,
    )
    for (const [section, entries] of machines) {
      for (const [name] of entries) {
        if (this.#others.has(name)) this.#report([section, name], `${quoted(name)} is there twice`)
        this.#others.add(name)
      }
    }
    for (const [name, entry] of people) this.#person(name, entry)
    for (const [section, entries] of machines) {
      for (const [name, entry] of entries) this.#machine(section, name, entry)
    }
  }

  #person(person: string, value: unknown): void {
    const path = ['people', person]
    if (this.#name(person, path) === undefined) return
    if (this.#others.has(person)) this.#report(path, `${quoted(person)} is a person and an agent; call one otherwise`)
    this.#people.set(person, undefined)
    const entry = this.#group(value, path, peopleKeys.person)
    if (entry === undefined) return
    const accounts = this.#list(entry['accounts'], [...path, 'accounts'], maxLinks).flatMap(
      (account, index) => this.#account(account, [...path, 'accounts', index], `the person ${quoted(person)}`) ?? [],
    )
    if (accounts.length === 0) this.#report(path, 'a person has at least one account')
    this.#people.set(person, accounts[0])
    const record = Object.freeze({ kind: 'human', person, accounts, ...this.#common(entry, path) } as const)
    for (const account of accounts) this.records.set(personKey(account.issuer, account.id), record)
  }

  #machine(section: 'agents' | 'workloads', name: string, value: unknown): void {
    const path = [section, name]
    if (this.#name(name, path) === undefined) return
    const entry = this.#group(value, path, peopleKeys.agent)
    if (entry === undefined) return
    const kind = section === 'agents' ? 'agent' : 'workload'
    const account = this.#account(entry['account'], [...path, 'account'], `the ${kind} ${quoted(name)}`)
    const owners = this.#owners(entry['owners'], path)
    const named = entry['agentClass']
    const agentClass = named === undefined ? undefined : this.#name(named, [...path, 'agentClass'], 256)
    const record = Object.freeze({ kind, owners, agentClass, ...this.#common(entry, path) } as const)
    if (account !== undefined) this.records.set(personKey(account.issuer, account.id), record)
  }

  #owners(value: unknown, path: PolicyPath): readonly Subject[] {
    const names = this.#list(value, [...path, 'owners'], maxLinks)
    if (names.length === 0) this.#report([...path, 'owners'], 'needs at least one person who is accountable')
    return names.flatMap((name, index) => {
      const place = [...path, 'owners', index]
      if (typeof name === 'string' && this.#people.has(name)) return this.#people.get(name) ?? []
      const owner = typeof name === 'string' ? quoted(name) : 'this'
      const machine = typeof name === 'string' && this.#others.has(name)
      const hint = (): string => (typeof name === 'string' ? suggestion(name, [...this.#people.keys()]) : '')
      const what = machine ? 'an agent; owners are people' : 'no person of this file'
      this.#report(place, () => `${owner} is ${what}${hint()}`)
      return []
    })
  }

  #common(
    entry: Group,
    path: PolicyPath,
  ): { readonly roles: readonly string[] | undefined; readonly disabled: boolean } {
    const { disabled = false, roles } = entry
    if (typeof disabled !== 'boolean') this.#report([...path, 'disabled'], 'write true or false')
    const listed =
      roles === undefined
        ? undefined
        : this.#list(roles, [...path, 'roles'], maxRoles).flatMap(
            (role, index) => this.#name(role, [...path, 'roles', index], 256) ?? [],
          )
    return { roles: listed && Object.freeze([...new Set(listed)]), disabled: disabled !== false }
  }

  /** An id of the file's issuer, or one with an issuer of its own. Nobody else may have it. */
  #account(value: unknown, path: PolicyPath, holder: string): Subject | undefined {
    const account =
      typeof value === 'string' ? { issuer: this.#issuer, id: value } : this.#group(value, path, peopleKeys.account)
    if (account === undefined) return undefined
    if (typeof value === 'string' && this.#issuer === undefined) {
      this.#report(path, 'whose account is this? Write { issuer, id }, or the issuer at the top of the file')
      return undefined
    }
    const issuer = this.#issuerOf(ownMember(account, 'issuer'), path)
    const id = this.#name(ownMember(account, 'id'), path)
    if (issuer === undefined || id === undefined) return undefined
    const key = personKey(issuer, id)
    const other = this.#holders.get(key)
    if (other !== undefined) this.#report(path, `the account ${quoted(id)} belongs to ${other} already`)
    this.#holders.set(key, holder)
    return Object.freeze({ issuer, id })
  }

  #issuerOf(value: unknown, path: PolicyPath): string | undefined {
    const issuer = this.#name(value, path)
    if (issuer?.includes('#') !== true) return issuer
    this.#report(path, 'an issuer has no "#"')
    return undefined
  }

  #name(value: unknown, path: PolicyPath, max?: number): string | undefined {
    try {
      return identifier(value, 'it', max)
    } catch {
      this.#report(path, typeof value === 'string' ? 'this cannot name anybody or anything' : 'a name is expected here')
      return undefined
    }
  }

  #entries(value: unknown, path: PolicyPath): readonly (readonly [string, unknown])[] {
    return value === undefined ? [] : Object.entries(this.#group(value, path) ?? {})
  }

  #group(value: unknown, path: PolicyPath, keys?: readonly string[]): Group | undefined {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.#report(path, 'a group of keys is expected here')
      return undefined
    }
    for (const key of Object.keys(value)) {
      if (keys === undefined || keys.includes(key)) continue
      this.#report(
        [...path, key],
        `unknown key ${quoted(key)}${suggestion(key, keys) || `; known here: ${keys.join(', ')}`}`,
      )
    }
    // What the reader of YAML makes of a mapping.
    return value as Group
  }

  #list(value: unknown, path: PolicyPath, most: number): readonly unknown[] {
    if (value === undefined) return []
    if (Array.isArray(value) && value.length <= most) return value as readonly unknown[]
    this.#report(path, Array.isArray(value) ? `at most ${String(most)}` : 'a list is expected here')
    return []
  }

  #report(path: PolicyPath, message: Problem['message']): void {
    this.problems.push(invalid(path, message))
  }
}
