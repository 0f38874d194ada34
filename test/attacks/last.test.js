'use strict'
// The root exits at once when its children have, with each kind of logger and 8,000 records. LAST_ROUNDS sets how often.

const { it } = require('node:test')
const names = require('../fixtures/adapters/last')
const { assertLast } = require('../helpers/last')

const ROUNDS = Number(process.env.LAST_ROUNDS ?? 1)

for (const name of names) {
  it(`the root exits with its last child: ${name}`, async (t) => {
    for (let round = 0; round < ROUNDS; round++) await assertLast(t, name, 2000)
  })
}
