/** Who asks. */
export interface User {
  readonly name: string
  readonly groups: readonly string[]
}

/** Bearer tokens, and whose they are. */
export type Tokens = Readonly<Record<string, User>>

/** Whose token it is, or nobody's. */
export function userOf(authorization: string | undefined, tokens: ReadonlyMap<string, User>): User | undefined {
  const token = /^bearer +(\S+)$/i.exec(authorization ?? '')?.[1]
  const user = token === undefined ? undefined : tokens.get(token)
  return user && { ...user, groups: [...new Set([...user.groups, 'system:authenticated'])] }
}
