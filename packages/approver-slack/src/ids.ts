/** Names of ours in messages and modals. Whatever comes back with another one is not ours. */
export const actionIds = {
  approve: 'bothkeys_approve',
  deny: 'bothkeys_deny',
  open: 'bothkeys_open',
  link: 'bothkeys_link',
  code: 'bothkeys_code',
} as const

/** What modals are called. */
export const viewIds = { denial: 'bothkeys_denial', code: 'bothkeys_link_code' } as const

/** The one input of a modal, by block and by action. */
export const inputIds = { block: 'bothkeys_input', action: 'bothkeys_text' } as const

/** The most characters of a reason. */
export const maxReason = 1_000
