const own = /^\/(?:history|requests\/[0-9a-f]{32}|link\/[\w-]{1,128})?$/u

/** The page to go to after a login: one of ours that was asked for, or else the list. No address of another site is one. */
export function returnPath(asked: string | null | undefined): string {
  return typeof asked === 'string' && own.test(asked) ? asked : '/'
}
