// The application: a web server that has each request handled by a thread.

const { createServer } = require('node:http')
const { isMainThread, parentPort, Worker } = require('node:worker_threads')
const log = require('pino')({ name: isMainThread ? 'api' : 'api.thread' })

if (isMainThread) serve()
else parentPort.on('message', (url) => log.info({ url }, 'handled'))

function serve() {
  const worker = new Worker(__filename)
  const server = createServer((request, response) => {
    log.info({ url: request.url }, 'request')
    worker.postMessage(request.url)
    response.end('hello\n')
  })
  server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => log.info('listening'))
}
