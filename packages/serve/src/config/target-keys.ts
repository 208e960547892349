import { exactlyOne } from './guard-keys.js'
import { address } from './listener-keys.js'
import { maybeCredential, maybePath, refusedSecret } from './secret-keys.js'
import { flag, group, kinds, list, optional, otherwise, text, whole } from './shape.js'

const elsewhere = 'name it in passwordFile, passwordCredential, connectionStringFile or connectionStringCredential'

const places = ['passwordFile', 'passwordCredential', 'connectionStringFile', 'connectionStringCredential'] as const

/** A system behind a door, how the door reaches it and where it listens. */
export const target = kinds({
  postgres: group(
    {
      name: text('a letter followed by letters, digits, - or _', /^[A-Za-z][\w-]{0,62}$/),
      host: optional(text()),
      port: optional(whole(1, 65_535)),
      database: optional(text()),
      user: optional(text()),
      tls: optional(flag),
      caFile: maybePath,
      password: refusedSecret(elsewhere),
      passwordFile: maybePath,
      passwordCredential: maybeCredential,
      connectionString: refusedSecret(elsewhere),
      connectionStringFile: maybePath,
      connectionStringCredential: maybeCredential,
      schemaWriters: otherwise(list(text(), 0, 64), []),
      statementComments: otherwise(flag, false),
      maxMessageBytes: optional(whole(1_024, 2 ** 30)),
      maxStatementBytes: optional(whole(1_024, 2 ** 30)),
      listen: group(
        {
          ...address,
          maxConnections: otherwise(whole(1, 10_000), 500),
          maxConnectionsPerAccount: optional(whole(1, 10_000)),
        },
        (value, at, problems) => exactlyOne(['path', 'port'], value, at, problems),
      ),
    },
    (value, at, problems) => {
      exactlyOne(places, value, at, problems)
      const inString = value.connectionStringFile !== undefined || value.connectionStringCredential !== undefined
      for (const name of ['host', 'port', 'database', 'user', 'tls', 'caFile'] as const) {
        if (inString && value[name] !== undefined)
          problems.add([...at, name], 'the connection string says this; write it in one place')
        if (!inString && value[name] === undefined && (name === 'host' || name === 'database' || name === 'user'))
          problems.add(at, `${JSON.stringify(name)} is missing`)
      }
      if (value.caFile !== undefined && value.tls === false) problems.add([...at, 'caFile'], 'tls is switched off')
    },
  ),
})
