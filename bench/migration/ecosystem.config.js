'use strict'
// How pm2 runs the application: four times. NODE_ARGS is what node is to be run with.

const { END, LINES, NODE_ARGS, SETUP } = process.env

module.exports = {
  apps: [
    {
      name: 'app',
      script: './app.js',
      args: [SETUP, END, LINES],
      cwd: process.cwd(),
      instances: 4,
      exec_mode: 'fork',
      autorestart: false,
      merge_logs: true,
      node_args: NODE_ARGS ?? '',
    },
  ],
}
