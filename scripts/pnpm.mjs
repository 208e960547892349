import { execute } from './execute.mjs'

/** Runs the pinned pnpm, which npm fetches: nothing has to be installed for it. */
export function pnpm(args, options) {
  return execute(`npm exec --yes -- pnpm@10.34.8 ${args}`, options)
}
