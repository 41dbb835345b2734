// The certified OpenID Connect provider of the whole-platform tests, in a process of its own.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const folder = resolve(dirname(fileURLToPath(import.meta.url)), '../../openid-provider')

/** A provider that runs. */
export class OpenIdProvider {
  #process
  #secrets
  #control

  /** Starts one; it knows no client yet. */
  static async start(id, name) {
    const provider = new OpenIdProvider()
    provider.id = id
    provider.name = name
    provider.#process = spawn('node', ['provider.js'], { cwd: folder, stdio: ['pipe', 'pipe', 'ignore'] })
    const [line] = await once(createInterface(provider.#process.stdout), 'line')
    const said = JSON.parse(line)
    provider.issuer = said.issuer
    provider.#control = said.control
    provider.#secrets = await mkdtemp(join(tmpdir(), 'vzaemo-openid-'))
    await writeFile(join(provider.#secrets, 'client.secret'), 'a secret of tests')
    return provider
  }

  /** Its section of `platform.toml`. */
  section(more = '') {
    return `
[identity.providers.${this.id}]
name = { uk = "${this.name.uk}", en = "${this.name.en}" }
issuer = "${this.issuer}"
client-id = "vzaemo"
client-secret-file = ${JSON.stringify(join(this.#secrets, 'client.secret'))}
assurance-otherwise = "substantial"
${more}
`
  }

  /** Has it know the platform as its client. */
  serves(platform) {
    return this.command('/client', { base: platform.base, id: this.id })
  }

  /** Tells it something (`provider.js`), and gives the answer. */
  async command(path, what = {}) {
    const answer = await fetch(this.#control + path, { method: 'POST', body: JSON.stringify(what) })
    if (!answer.ok) throw new Error(await answer.text())
    return answer.json()
  }

  /** Signs in on its page. */
  async signIn(page, login) {
    await page.getByPlaceholder('Enter any login').fill(login)
    await page.getByPlaceholder('and password').fill('any')
    await page.getByRole('button', { name: 'Sign-in' }).click()
  }

  async stop() {
    this.#process.stdin.end()
    await once(this.#process, 'close')
    await rm(this.#secrets, { recursive: true, force: true })
  }
}
