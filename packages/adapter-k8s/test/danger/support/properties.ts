import fc from 'fast-check'

/** Properties are tried on the same values in every run, so that no run fails by chance; BOTHKEYS_SEED asks for others. */
fc.configureGlobal({ seed: Number(process.env['BOTHKEYS_SEED'] ?? 1) })

export { default as fc } from 'fast-check'
