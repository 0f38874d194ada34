'use strict'
// Shapes of log calls, the same for every library.

const error = Object.assign(new Error('connection refused'), { code: 'ECONNREFUSED' })
const kilobyte = 'x'.repeat(1000)

/** @type {Record<string, (log: (fields: object, text: string) => void, i: number) => void>} */
const SHAPES = {
  usual: (log, i) => log({ id: i }, `unit=p0 via=bench n=${i}`),
  error: (log, i) => log({ err: error, id: i }, 'failed'),
  fields: (log, i) =>
    log(
      { id: i, user: 'u-17', method: 'GET', url: '/api/items', status: 200 },
      'request completed',
    ),
  kilobyte: (log, i) => log({ id: i }, kilobyte),
}

module.exports = { SHAPES }
