import { createRemote } from '../../src/terminal/remote.js'
import { describeCore } from './core-contract.js'
import { inProcess } from './in-process.js'

describeCore('the core', ({ core }) => inProcess(core()))

describeCore('the API with its client', ({ apiUrl, apiKey }) => createRemote({ url: apiUrl(), key: apiKey }))
