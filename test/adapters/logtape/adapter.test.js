'use strict'
// The LogTape adapter: the root's logger, or a file handler, writes a child's records.

const { describeLibrary } = require('../../helpers/small')

describeLibrary('@logtape/logtape')
