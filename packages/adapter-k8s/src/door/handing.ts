import type { HttpLibrary, RequestContext } from '@kubernetes/client-node'
import { ResponseContext, wrapHttpLibrary } from '@kubernetes/client-node'
import type { WholeAnswer } from './handed-answer.js'
import { handedRequest } from './handed-request.js'
import type { Ways } from './ways.js'

/**
 * How clients of a governed configuration ask: they hand the request over, where that is the same as to write it to a wire, and read
 * the answer so. It saves both sides of HTTP. It guards nothing: whoever leaves it out, or asks otherwise, is led to the door by wire.
 */
export function handing(byWire: HttpLibrary, { agent, dispatcher, hand }: Ways): HttpLibrary {
  if (hand === undefined) return byWire
  return wrapHttpLibrary({
    async send(request) {
      // What was not led to this door is none of its requests.
      const leads = leadOf(request)
      const given = leads === agent || leads === dispatcher ? handedRequest(request) : undefined
      return given === undefined ? byWire.send(request).toPromise() : responseOf(await hand(given))
    },
  })
}

/** Of client-node 1.x an agent, of 2.x a dispatcher. */
function leadOf(request: RequestContext & { getDispatcher?: () => unknown }): unknown {
  return request.getDispatcher === undefined ? request.getAgent() : request.getDispatcher()
}

function responseOf({ body, headers, status }: WholeAnswer): ResponseContext {
  return new ResponseContext(status, { ...headers }, {
    text: () => Promise.resolve(body.toString('utf8')),
    binary: () => Promise.resolve(body),
    // Of client-node 2.x.
    stream: () => new Blob([body]).stream(),
  } as ResponseContext['body'])
}
