// A platform of its own for a test: the built program, a folder that is deleted afterwards, a free port.
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { eventually } from './eventually.js'

const repository = resolve(dirname(fileURLToPath(import.meta.url)), '../../..')
const target = resolve(repository, process.env.CARGO_TARGET_DIR ?? 'target')
const program = process.env.VZAEMO_PROGRAM ?? join(target, 'debug/vzaemo')
/** `cargo xtask` puts packages here wherever cargo builds. */
const packages = join(repository, 'target/packages')

/** The first start compiles the modules, on a busy machine without haste. */
const START_MS = 120_000
const STOP_MS = 15_000

/** A platform that serves. */
export class Platform {
  /** How many signatures a petition needs here. */
  static threshold = 3

  #process
  #folder
  #lines = []
  #ended

  /** Starts one and waits until it serves. `more` are further sections of its configuration. */
  static async start({ more = '' } = {}) {
    await stat(program).catch(() => {
      throw new Error(`there is no program ${program}; build it with: cargo build --bin vzaemo`)
    })
    const platform = new Platform()
    platform.#folder = await mkdtemp(join(tmpdir(), 'vzaemo-browser-'))
    const port = await freePort()
    platform.base = `http://localhost:${port}`
    await writeFile(join(platform.#folder, 'platform.toml'), configuration(platform) + more)
    platform.#serve(port)
    try {
      await eventually(() => platform.#isReady(), 'the platform serves', START_MS)
    } catch (error) {
      await platform.stop()
      throw new Error(`${error.message}; its log:\n${platform.log}`)
    }
    return platform
  }

  #serve(port) {
    const args = ['serve', '--config', 'platform.toml', '--port', String(port)]
    const child = spawn(program, args, { cwd: this.#folder, stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        this.#lines.push(stripVTControlCharacters(text))
        if (process.env.VZAEMO_LOG) process.stderr.write(text)
      })
    }
    this.#process = child
    this.#ended = new Promise((done) => child.once('close', done))
  }

  async #isReady() {
    if (this.#process.exitCode !== null) throw new Error('the platform ended at once')
    const answer = await fetch(`${this.base}/health/ready`).catch(() => null)
    if (/the configuration was refused/.test(this.log)) throw new Error('the configuration was refused')
    return answer?.status === 200
  }

  /** Changes its configuration as the holder would; the platform sees it by itself. */
  async configure(change) {
    const path = join(this.#folder, 'platform.toml')
    await writeFile(path, change(await readFile(path, 'utf8')))
  }

  /** What it has logged so far. */
  get log() {
    return this.#lines.join('')
  }

  /** The lines that tell of errors of the platform itself, and how it ended if nobody stopped it. */
  get errors() {
    const { exitCode, signalCode } = this.#process
    const ended = exitCode ?? signalCode
    const end = ended === null ? [] : [`it ended by itself (${ended})`]
    return [...this.log.split('\n').filter((line) => / ERROR /.test(line)), ...end]
  }

  /** Stops it as an operator would, and removes its folder. */
  async stop() {
    const stubborn = setTimeout(() => this.#process.kill('SIGKILL'), STOP_MS)
    this.#process.kill('SIGTERM')
    await this.#ended
    clearTimeout(stubborn)
    await rm(this.#folder, { recursive: true, force: true })
  }
}

function configuration({ base }) {
  return `
[platform]
name = { uk = "Взаємодія", en = "Vzaiemodiia" }
base-url = "${base}"
mode = "development"
time-zone = "Europe/Kyiv"

[folders]
data = "data"
packages = ${JSON.stringify(packages)}
policies = "policies"

# One machine makes all the requests here.
[requests.rates]
page = { per-minute = 60000, burst = 60000 }
act = { per-minute = 60000, burst = 60000 }
sign-in = { per-minute = 60000, burst = 60000 }

# A debug build compiled for two busy cores is slow; these tests are not about limits.
[runtime]
call-ms = 20000
cpu-ms = 20000
wait-ms = 20000

# Nobody listens there: letters wait, and the pages show how.
[mail]
server = "127.0.0.1"
port = 9
tls = "none"
sender = "no-reply@platform.example"

[identity.development]
seed = "browser"

[modules.petitions]
version = "^1.0"
grants = ["cabinet", "notify", "registers", "schedule", "search"]
[modules.petitions.config]
threshold = ${Platform.threshold}

[modules.consultations]
version = "^1.0"
grants = ["cabinet", "files", "notify", "registers", "schedule", "search"]
[modules.consultations.config]
`
}

function freePort() {
  return new Promise((done, failed) => {
    const server = createServer().once('error', failed)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => done(port))
    })
  })
}
