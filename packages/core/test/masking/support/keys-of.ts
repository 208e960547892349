import { fc } from '../../properties.js'

/** What a pattern matches, whatever it wants around. */
export function keysOf({ source }: RegExp): fc.Arbitrary<string> {
  return fc.stringMatching(new RegExp(`^(?:${source.replaceAll(/\(\?<?[!=](?:\[[^\]]*\]|[^()[\]])*\)/g, '')})$`))
}
