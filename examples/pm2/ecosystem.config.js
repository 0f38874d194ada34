// One log for all applications of pm2, which stays complete when pm2 restarts any of them:
//
//   npx logshare collect --prepare --dir /var/tmp/shop-log    # once, so that applications may start first
//   pm2 start ecosystem.config.js
//   npx logshare ps /var/tmp/shop-log

const LOGSHARE_DIR = process.env.LOGSHARE_DIR ?? '/var/tmp/shop-log'

module.exports = {
  apps: [
    {
      name: 'collector', // not `log`, which pm2 takes for its command
      script: 'node_modules/logshare/dist/cli/main.js',
      args: 'collect --config logshare.json',
      env: { LOGSHARE_DIR },
      kill_timeout: 60_000, // time to write the records in the queues
    },
    {
      name: 'api',
      script: 'api.js',
      node_args: '-r logshare/register',
      env: { LOGSHARE_DIR },
    },
    {
      name: 'jobs',
      script: 'jobs.js',
      instances: 2,
      exec_mode: 'fork',
      node_args: '-r logshare/register',
      env: { LOGSHARE_DIR },
    },
  ],
}
