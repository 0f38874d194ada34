'use strict'
// The tslog adapter, for versions 4 and 5: a child's records come out of the root's logger, or are in a file.

const { describeLibrary } = require('../helpers/small')

describeLibrary('tslog')
describeLibrary('tslog4')
