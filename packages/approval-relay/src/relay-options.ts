import type { Directory, JournalFactory } from '@bothkeys/core'
import { BothKeysError } from '@bothkeys/core'
import type { KnownEngine } from '@bothkeys/core/relay'
import { assertKnownOptions } from '@bothkeys/core/relay'
import type { RelayMask } from './masks.js'
import type { PageOptions } from './pages/page-routes.js'
import type { ApprovalChannel } from './channel.js'
import type { LoginMethod } from './logins/login-method.js'
import type { RelayClock } from './relay-clock.js'
import type { Signer } from './signer.js'
import type { RelayLimits } from './relay-limits.js'
import type { StoreFiles } from './store/files.js'

/** Options of `createRelay`. */
export interface RelayOptions {
  /** The `iss` of approvals and the `aud` of what engines send. */
  readonly issuer: string
  /** Where browsers find the pages: an origin, https or http on this machine. Default: the issuer. */
  readonly publicUrl?: string
  /** Who may ask, with their public keys. */
  readonly engines: readonly KnownEngine[]
  /** Signs what people decide. `fileSigner` reads a key from a file. */
  readonly signer: Signer | Promise<Signer>
  /** Who is a person. Only people that it knows and has not disabled look and decide. */
  readonly directory: Directory
  /** For the relay alone (0700): what waits, links, history. One process at a time. */
  readonly folder: string
  /** The relay's own record. */
  readonly journal: JournalFactory
  /** Ways to log in at the pages. Left out: there are no pages. */
  readonly logins?: readonly LoginMethod[]
  /** How long people stay logged in at the pages. */
  readonly pages?: PageOptions
  /** Further ways to reach people, each under a name of its own. */
  readonly channels?: readonly ApprovalChannel[]
  /** What is withheld from whom. */
  readonly masks?: readonly RelayMask[]
  /** How much is kept and taken at the same time. What is left out has its default. */
  readonly limits?: Partial<RelayLimits>
  /** Default: the system's clock. */
  readonly clock?: RelayClock
  /** Told of what goes wrong without anything being decided wrongly. Default: nobody. */
  readonly onFailure?: (cause: unknown) => void
  /** Another file system, for tests. */
  readonly files?: StoreFiles
}

const known: ReadonlySet<string> = new Set<keyof RelayOptions>([
  'issuer',
  'publicUrl',
  'engines',
  'signer',
  'directory',
  'folder',
  'journal',
  'logins',
  'pages',
  'channels',
  'masks',
  'limits',
  'clock',
  'onFailure',
  'files',
])

/** Throws ERR_CONFIG_INVALID when an option is missing, unknown or wrong. Answers the public URL. */
export function checkedOptions(options: RelayOptions): { readonly publicUrl: URL } {
  assertKnownOptions('createRelay', options, known)
  const { channels = [], directory, engines, folder, issuer, journal, logins = [] } = options
  if (typeof issuer !== 'string' || issuer === '') throw wrong('issuer must be the exact iss of approvals')
  if (typeof folder !== 'string' || folder === '') throw wrong('folder must be the path of a folder')
  if (!Array.isArray(engines) || engines.length === 0) throw wrong('engines must list who may ask')
  const names = (engines as RelayOptions['engines']).map(({ engine }) => engine)
  if (names.some((name, index) => typeof name !== 'string' || name === '' || names.indexOf(name) < index)) {
    throw wrong('each engine needs a name of its own')
  }
  if (typeof directory.resolve !== 'function') throw wrong('directory must be a directory')
  if (typeof journal.open !== 'function') throw wrong('journal must be a journal, such as fileJournal(path)')
  for (const { name } of [...logins, ...channels]) {
    if (!/^[a-z][a-z0-9-]{0,31}$/.test(name)) throw wrong('names of logins and channels are short, lower-case words')
  }
  for (const path of channels.flatMap(({ routes = [] }) => routes.map((route) => route.path))) {
    if (!path.startsWith('/') || path.startsWith('/v1/')) throw wrong('the paths of a channel must not begin with /v1/')
  }
  return { publicUrl: originOf(options.publicUrl ?? issuer) }
}

function originOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isSafe =
    url?.protocol === 'https:' ||
    (url?.protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname))
  if (url !== undefined && isSafe && url.href === `${url.origin}/`) return url
  throw wrong('publicUrl, or the issuer without it, must be an https origin without a path (http on loopback only)')
}

function wrong(what: string): BothKeysError {
  return new BothKeysError('ERR_CONFIG_INVALID', `createRelay: ${what}`)
}
