// The server: Express in a cluster worker, which logs each request with pino.

const express = require('express')
const log = require('pino')({ name: 'server' })

const app = express()
app.get('/square/:number', (request, response) => {
  const number = Number(request.params.number)
  log.info({ number }, 'asked for a square')
  if (number < 0) console.warn('a negative number: %d', number)
  response.json(number * number)
})
app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1')

// A terminal sends signals to the workers, too: the primary ends them.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {})
