'use strict'
// Loggers of other languages: of Go, of Java (logback), of PHP (Monolog), and Rails; as Debian has them.

const { execFileSync } = require('node:child_process')
const { mkdirSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')

const GO = { ...process.env, GO111MODULE: 'off', GOPATH: '/usr/share/gocode' }
const JARS = ['slf4j-api', 'logback-classic', 'logback-core'].map(
  (jar) => `/usr/share/java/${jar}.jar`,
)

/** The version of a package of Debian, if the command that it is for is there, too. */
const versionOf = (/** @type {string} */ name, /** @type {string} */ command) => ({
  command: 'sh',
  version: ['-c', `command -v ${command} >/dev/null && dpkg-query -W -f '\${Version}' ${name}`],
})

/** Each logs to the file in its first argument; the second one names the form. */
const SOURCES = {
  zap: `package main
import ("errors"; "os"; "go.uber.org/zap")
func main() {
  config := zap.NewProductionConfig()
  if os.Args[2] == "text" { config = zap.NewDevelopmentConfig() }
  config.OutputPaths = []string{os.Args[1]}
  logger, _ := config.Build()
  log := logger.Named("db")
  log.Info("alpha", zap.Int("time", 35))
  log.Warn("beta")
  log.Error("gamma", zap.Error(errors.New("of its own")))
  log.Sync()
}`,
  zerolog: `package main
import ("errors"; "os"; "github.com/rs/zerolog")
func main() {
  file, _ := os.Create(os.Args[1])
  log := zerolog.New(file).With().Timestamp().Logger()
  if os.Args[2] == "text" {
    log = zerolog.New(zerolog.ConsoleWriter{Out: file}).With().Timestamp().Logger()
  }
  log.Info().Int("ts", 35).Msg("alpha")
  log.Warn().Msg("beta")
  log.Error().Err(errors.New("of its own")).Msg("gamma")
}`,
  klog: `package main
import ("errors"; "flag"; "os"; "k8s.io/klog")
func main() {
  klog.InitFlags(nil)
  flag.Set("logtostderr", "false")
  flag.Set("log_file", os.Args[1])
  flag.Parse()
  klog.Info("alpha\\n\\tof two lines")
  klog.Warning("beta")
  klog.ErrorS(errors.New("of its own"), "gamma")
  klog.Flush()
}`,
  logrus: `package main
import ("errors"; "os"; "github.com/sirupsen/logrus")
func main() {
  file, _ := os.Create(os.Args[1])
  log := logrus.New()
  log.SetOutput(file)
  if os.Args[2] == "JSON" { log.SetFormatter(&logrus.JSONFormatter{}) }
  log.WithField("a", 35).WithField("date", "2001-01-01 01:01:01").Info("alpha")
  log.Warn("beta")
  log.WithError(errors.New("of its own")).Error("gamma")
}`,
  log: `package main
import ("log"; "os")
func main() {
  file, _ := os.Create(os.Args[1])
  log.SetOutput(file)
  log.Print("alpha\\n\\tof two lines")
}`,
}

/** @param {string} folder @param {keyof typeof SOURCES} name @param {string} form */
async function go(folder, name, form) {
  const [source, path] = [join(folder, 'main.go'), join(folder, 'log')]
  writeFileSync(source, SOURCES[name])
  execFileSync('go', ['run', source, path, form], { cwd: folder, env: GO, stdio: 'ignore' })
  return path
}

const JAVA = `import org.slf4j.*;
public class Main { public static void main(String[] args) {
  Logger log = LoggerFactory.getLogger("com.x.Db");
  log.info("alpha"); log.warn("beta");
  log.error("gamma", new RuntimeException("of its own", new IllegalStateException("below"))); } }
`

/** @param {string} folder @param {string} pattern */
async function logback(folder, pattern) {
  const [source, config, path] = ['Main.java', 'logback.xml', 'log'].map((each) =>
    join(folder, each),
  )
  writeFileSync(source, JAVA)
  const encoder = `<encoder><pattern>${pattern}</pattern></encoder>`
  const appender = `<appender name="a" class="ch.qos.logback.core.FileAppender"><file>${path}</file>${encoder}</appender>`
  writeFileSync(
    config,
    `<configuration>${appender}<root level="INFO"><appender-ref ref="a"/></root></configuration>`,
  )
  const flags = ['-cp', JARS.join(':'), `-Dlogback.configurationFile=${config}`]
  execFileSync('java', [...flags, source], { stdio: 'ignore' })
  return path
}

const PHP = `require '/usr/share/php/Monolog/autoload.php';
$log = new Monolog\\Logger('db');
$log->pushHandler(new Monolog\\Handler\\StreamHandler($argv[1]));
$log->info('alpha', ['time' => 35]); $log->warning('beta');
$log->error('gamma', ['exception' => new RuntimeException('of its own')]);
`

// As in the production.rb that \`rails new\` writes.
const RAILS = `require 'rails'
require 'action_controller/railtie'
require 'rack/mock'
class App < Rails::Application
  config.root = ARGV[0]
  config.eager_load = true
  config.secret_key_base = 'x' * 64
  config.log_level = :info
  config.log_tags = [:request_id]
  config.log_formatter = ::Logger::Formatter.new
  routes.append { %w[alpha gamma].each { |name| get name => "home##{name}" } }
end
class HomeController < ActionController::Base
  def alpha
    logger.tagged('db') { logger.warn("beta\\n  of two lines") }
    render plain: 'alpha'
  end
  def gamma
    raise 'of its own'
  end
end
App.initialize!
%w[/alpha /gamma].each { |path| Rack::MockRequest.new(App).get(path, 'HTTP_X_REQUEST_ID' => 'id') }
`

/** @param {string} folder */
async function rails(folder) {
  const source = join(folder, 'app.rb')
  mkdirSync(join(folder, 'log'))
  writeFileSync(source, RAILS)
  const env = { ...process.env, RAILS_ENV: 'production' }
  execFileSync('ruby', [source, folder], { cwd: folder, env, stdio: 'ignore' })
  return join(folder, 'log/production.log')
}

/** @param {string} name @returns {any} */
const three = (name) => [
  ['alpha', 30, name],
  ['beta', 40, name],
  ['gamma', 50, name],
]

/** @type {readonly (readonly [title: string, name: keyof typeof SOURCES, of: string, form: string, precision: number])[]} */
const GOES = [
  ['zap, JSON', 'zap', 'golang-go.uber-zap-dev', 'JSON', 1],
  ['zap, text', 'zap', 'golang-go.uber-zap-dev', 'text', 1],
  ['zerolog, JSON', 'zerolog', 'golang-github-rs-zerolog-dev', 'JSON', 1000],
  ['zerolog, coloured', 'zerolog', 'golang-github-rs-zerolog-dev', 'text', 60_000],
  ['klog', 'klog', 'golang-k8s-klog-dev', 'text', 1],
  ['logrus, JSON', 'logrus', 'golang-github-sirupsen-logrus-dev', 'JSON', 1000],
  ['logrus, text', 'logrus', 'golang-github-sirupsen-logrus-dev', 'text', 1000],
  ['Go, log', 'log', 'golang-go', 'text', 1000],
]

/** What has more than one line in each of them. @type {Record<string, any>} */
const HAS = {
  'zap, text': [
    ['alpha', 30, 'db'],
    ['beta\nmain.main\n\t', 40, 'db'],
    ['gamma\t{"error": "of its own"}\nmain.main\n\t', 50, 'db'],
  ],
  klog: [
    ['alpha\n\tof two lines', 30],
    ['beta', 40],
    ['gamma', 50],
  ],
  'Go, log': [['alpha\n\tof two lines', Number.NaN]],
}

/** @type {readonly import('./programs.js').Program[]} */
const LANGUAGES = [
  ...GOES.map(([title, name, of, form, precision]) => ({
    name: title,
    ...versionOf(of, 'go'),
    write: (/** @type {string} */ folder) => go(folder, name, form),
    has: HAS[title] ?? three(name === 'zap' ? 'db' : ''),
    heading: 'Log file created at',
    precision,
  })),
  ...[
    ['logback', '%d{HH:mm:ss.SSS} [%thread] %-5level %logger{36} - %msg%n'],
    ['logback, with a date', '%d %-5level [%thread] %logger{36}: %msg%n'],
    [
      'logback, of Spring Boot',
      '%d{yyyy-MM-dd HH:mm:ss.SSS} %5p 12 --- [%t] %-40.40logger{39} : %m%n',
    ],
  ].map(([name = '', pattern = '']) => ({
    name,
    ...versionOf('liblogback-java', 'java'),
    write: (/** @type {string} */ folder) => logback(folder, pattern),
    has: /** @type {any} */ ([
      ['alpha', 30, 'com.x.Db'],
      ['beta', 40, 'com.x.Db'],
      ['gamma\njava.lang.RuntimeException: of its own\n\tat ', 50, 'com.x.Db'],
      ['\nCaused by: java.lang.IllegalStateException: below', 50, 'com.x.Db'],
    ]),
  })),
  {
    name: 'Monolog',
    ...versionOf('php-monolog', 'php'),
    write: async (folder) => {
      const path = join(folder, 'log')
      execFileSync('php', ['-r', PHP, '--', path])
      return path
    },
    has: three('db'),
  },
  {
    name: 'Rails, production',
    ...versionOf('ruby-railties', 'ruby'),
    write: rails,
    has: [
      ['Started GET "/alpha"', 30],
      ['[id] [db] beta\n  of two lines', 40],
      ['RuntimeError (of its own):\n[id]   \n[id] ', 60],
      ["in `gamma'", 60],
    ],
  },
]

module.exports = { LANGUAGES }
