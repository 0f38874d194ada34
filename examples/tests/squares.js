// What is tested: squares numbers, and logs with our logger and the console.

const { getLogger } = require('logshare')

const log = getLogger('squares')

exports.square = (number) => {
  log.debug({ number }, 'squaring')
  if (number < 0) console.warn('a negative number: %d', number)
  return number * number
}
