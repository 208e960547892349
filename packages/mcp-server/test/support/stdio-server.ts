// Serves a tool over standard input and output until its client has gone.
import { openToolStage, StubTool } from '@bothkeys/agent-stage'
import { serveStdio } from '../../src/index.js'

const stage = await openToolStage()
const session = await stage.session()
const tool = new StubTool(session, stage.mail)
const server = await serveStdio(session, [tool])
await server.closed
process.stderr.write(`waiting ${String(tool.isWaiting)}, ran ${tool.ran.join()}`)
await stage.close()
