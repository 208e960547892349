import type { RequestOptions } from 'node:https'
import type { KubeConfig } from '@kubernetes/client-node'
import { BothKeysError } from '@bothkeys/core/adapter'
import { LoginPlugins } from './login-plugins.js'

/** How the options say who asks: of these, `applyToHTTPSOptions` sets what the configuration holds. */
export type Applied = Omit<RequestOptions, 'headers'> & { auth?: string; headers?: Record<string, string> }

/** How long a login may take, in milliseconds: a plugin may hang, and so may who issues tokens. */
export const longestLoginMs = 30_000

/**
 * Logs in as the configuration does: by what it holds, or by a plugin or an issuer of tokens. Rejects with what that says, and with
 * ERR_DEADLINE when it takes too long: a plugin is ended then, with whatever it started; who issues tokens is not waited for.
 */
export function logIn(config: KubeConfig, longestMs: number): Promise<Applied> {
  const plugins = new LoginPlugins()
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(tookTooLong())
      plugins.end()
    }, longestMs).unref()
    LoginPlugins.during(plugins, config, () => applied(config))
      .then(resolve, reject)
      .finally(() => {
        clearTimeout(timer)
      })
  })
}

async function applied(config: KubeConfig): Promise<Applied> {
  const options: Applied = {}
  await config.applyToHTTPSOptions(options)
  return options
}

function tookTooLong(): BothKeysError {
  return new BothKeysError('ERR_DEADLINE', 'the login to the API server took too long, so nothing was sent', {
    hint: 'look whether the plugin or the issuer of tokens that the kubeconfig names answers; it may be asking somebody to log in',
  })
}
