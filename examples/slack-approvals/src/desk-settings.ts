/** What the desk is told by its environment (README.md). */
export interface DeskSettings {
  readonly slack: {
    readonly token: string
    readonly signingSecret: string
    readonly app: string
    readonly team: string
    readonly channel: string
    /** Left out: Slack itself. */
    readonly apiUrl?: string
  }
  /** Where people and Slack reach it: an https origin, or http on this machine. */
  readonly url: string
  /** Where it listens on 127.0.0.1. */
  readonly port: number
  readonly people: string
  readonly folder: string
  /** The public key of the engine that asks. */
  readonly engineKey: object
  /** Where people log in. Left out: they are taken at their word, which is for the local double alone. */
  readonly oidc: { readonly issuer: string; readonly clientId: string; readonly clientSecret?: string } | undefined
}

type Environment = Readonly<Record<string, string | undefined>>

/** Reads the settings. Throws where one is missing, and names it. */
export function deskSettings(environment: Environment): DeskSettings {
  const of = (name: string): string => {
    const value = environment[name]
    if (value === undefined || value === '') throw new Error(`the variable ${name} is missing: see README.md`)
    return value
  }
  const { OIDC_CLIENT_SECRET: clientSecret, OIDC_ISSUER: issuer, SLACK_API_URL: apiUrl } = environment
  const isLocal = apiUrl !== undefined && new URL(apiUrl).hostname === '127.0.0.1'
  return {
    slack: {
      token: of('SLACK_BOT_TOKEN'),
      signingSecret: of('SLACK_SIGNING_SECRET'),
      app: of('SLACK_APP_ID'),
      team: of('SLACK_TEAM_ID'),
      channel: of('SLACK_CHANNEL_ID'),
      ...(apiUrl !== undefined && { apiUrl }),
    },
    url: of('RELAY_URL'),
    port: Number(of('RELAY_PORT')),
    people: of('PEOPLE_FILE'),
    folder: of('RELAY_FOLDER'),
    engineKey: JSON.parse(of('ENGINE_PUBLIC_KEY')) as object,
    oidc:
      isLocal && issuer === undefined
        ? undefined
        : {
            issuer: of('OIDC_ISSUER'),
            clientId: of('OIDC_CLIENT_ID'),
            ...(clientSecret !== undefined && { clientSecret }),
          },
  }
}
