'use strict'
// The signale adapter: children print themselves and call their own streams; a file of the root is written by the root.

const {
  describeFiles,
  describeFunction,
  describeImport,
  describePrinting,
} = require('../../helpers/destinations')

const error = { level: 60, fields: { lib: 'signale', type: 'fatal' } }

describePrinting('signale', { terminal: ['terminal'], error })
describeFiles('signale')
describeImport('signale')

describeFunction('signale', { what: 'a stream', error })
