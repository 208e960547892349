/** Letters of other scripts that look like Latin ones, each group in the order of the Latin letters beside it. */
const pairs: readonly (readonly [string, string])[] = [
  // Cyrillic
  ['АВЕЅІЈКМНОРСТУХԌԚԜЗ', 'ABESIJKMHOPCTYXGQW3'],
  ['асеіјорѕухһԁԛԝѵӏгкԍ', 'aceijopsyxhdqwvlrkg'],
  // Greek
  ['ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ', 'ABEZHIKMNOPTYX'],
  ['αεικνορτυχγ', 'aeikvoptuxy'],
  // Others that people draw on: Latin letters without dots, Armenian, Cherokee, points and signs.
  ['ıȷɡɑʟօսցհոᏀᎪᏴᏟᎬᏦᎷᏢᎡᏔᏃ', 'ijgaLoughnGABCEKMPRWZ'],
  ['。・∙•', '....'],
  ['∕', '/'],
  ['∶', ':'],
]

/** What a letter looks like, by letter. */
export const confusables: ReadonlyMap<string, string> = new Map(
  pairs.flatMap(([from, to]) => Array.from(from).map((letter, index) => [letter, to[index] ?? letter] as const)),
)
