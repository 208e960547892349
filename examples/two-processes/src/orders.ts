import type { ApprovalSubject } from '@bothkeys/core/signing'

/** Who signs for what people decided. */
export const deskIssuer = 'https://desk.example'

/** What an agent's process is told first. Not by arguments: there is a password in it. */
export interface Setup {
  readonly doorUrl: string
  readonly ledgerUrl: string
  /** Where its journal goes: each process has its own. */
  readonly journal: string
  /** The public keys of the desk where people sign. */
  readonly jwks: { readonly keys: readonly object[] }
  /** The secret that lets guards on one ledger take over what a dead one left, in hex. */
  readonly takeoverKey: string
}

/** What the story tells it to do. */
export type Order =
  | { readonly do: 'query'; readonly sql: string }
  | { readonly do: 'ask for a grant'; readonly uses: number }
  | { readonly do: 'hand in'; readonly request: string; readonly evidence: string }
  | { readonly do: 'take back'; readonly grant: string }
  | { readonly do: 'revoke'; readonly person: string }

/** What people are asked. */
export interface Asked {
  readonly request: string
  readonly subject: ApprovalSubject
}

/** What the process says. `result`: `1 row`, `later`, the id of a grant, or the code of a refusal. */
export type Said =
  | { readonly kind: 'ready' }
  | { readonly kind: 'asked'; readonly asked: Asked }
  | { readonly kind: 'session closed' }
  | { readonly kind: 'done'; readonly order: number; readonly result: string }
