// Signing in by a qualified signature as a person does it: download the code, sign it elsewhere, send the signature.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, describe, test } from 'node:test'
import AxeBuilder from '@axe-core/playwright'
import { DstuAuthority, EcdsaAuthority } from './support/authorities.js'
import { launch, visitor, watchedPage } from './support/browser.js'
import { people, signIn } from './support/people.js'
import { Platform } from './support/platform.js'

const PARAGRAPH = '/consultations/vzaemodiia/paragraphs/p-10-3'
const dstu = new DstuAuthority()
const ecdsa = new EcdsaAuthority()
const person = { surname: 'Приклад', given: 'Олена Іванівна', taxNumber: '3300712340' }

let platform
let browser

before(async () => {
  const trust = JSON.stringify([dstu.certificate, ecdsa.certificate])
  platform = await Platform.start({
    more: `
[modules.consultations.assurance]
comment = "high"

[identity.qualified-signature]
trust = ${trust}
[identity.qualified-signature.revocation]
fetch-lists = false
ocsp = false
when-unknown = "accept"
`,
  })
  browser = await launch()
})
after(async () => {
  await browser?.close()
  await platform?.stop()
})

const stranger = async () => watchedPage(await visitor(browser, platform))

/** From the ways to sign in to the page with the code. */
async function begin(page, to = '/cabinet') {
  await page.goto(`/sign-in?${new URLSearchParams({ to })}`)
  await page.getByRole('main').getByRole('link', { name: /КЕП/ }).click()
  await page.getByRole('heading', { level: 1, name: 'Вхід за кваліфікованим підписом' }).waitFor()
}

/** What a press gives to keep. */
async function download(page, press) {
  const [file] = await Promise.all([page.waitForEvent('download'), press()])
  return { name: file.suggestedFilename(), content: await readFile(await file.path()) }
}

const code = (page) => download(page, () => page.getByRole('link', { name: 'Завантажити файл із кодом' }).click())

async function send(page, name, buffer) {
  const file = { name, mimeType: 'application/pkcs7-signature', buffer: Buffer.from(buffer) }
  await page.getByLabel('Файл підпису').setInputFiles(file)
  await page.getByRole('main').getByRole('button', { name: 'Увійти', exact: true }).click()
}

describe('signing in by a qualified signature', () => {
  for (const [kind, authority] of [['DSTU 4145 by jkurwa', dstu], ['ECDSA by OpenSSL', ecdsa]]) {
    const sign = authority.person(person)
    for (const attached of [false, true]) {
      test(`${kind}, ${attached ? 'with the file within' : 'apart from the file'}`, async () => {
        const page = await stranger()
        await begin(page)
        const { name, content } = await code(page)
        assert.equal(name, 'vzaemo-sign-in.txt')
        assert.match(content.toString(), new RegExp(platform.base), 'what is signed names the platform')
        await page.getByText('Що ви підпишете').first().click()
        assert.equal(await page.locator('.v-signed-text').textContent(), content.toString(), 'and the page shows it')
        await send(page, `${name}.p7s`, sign(content, { attached }))
        await page.waitForURL(/\/cabinet$/)
        assert.match(await page.getByRole('banner').textContent(), /Олена Іванівна Приклад/)
        assert.deepEqual(page.troubles, [])
        await page.context().close()
      })
    }
  }

  test('what is refused is said at the field, and the same code serves', async () => {
    const page = await stranger()
    await begin(page)
    const { name, content } = await code(page)
    const sign = dstu.person(person)
    const damaged = Buffer.from(sign(content))
    damaged[damaged.length - 1] ^= 1
    for (const [file, words] of [
      [Buffer.from('not a signature'), /не файл підпису CMS/],
      [sign(Buffer.from('another file')), /Підписано не той файл/],
      [damaged, /не справжній або пошкоджений/],
      [new DstuAuthority().person(person)(content), /немає в довірчому списку|не справжній/],
    ]) {
      await send(page, `${name}.p7s`, file)
      await page.waitForFunction(() => document.activeElement?.matches('.govuk-error-summary'))
      assert.match(await page.getByRole('alert').textContent(), words)
      assert.equal(await page.getByLabel('Файл підпису').getAttribute('aria-invalid'), 'true')
    }
    const { violations } = await new AxeBuilder({ page }).analyze()
    assert.deepEqual(violations.map(({ id }) => id), [])
    await send(page, `${name}.p7s`, sign(content))
    await page.waitForURL(/\/cabinet$/)
    assert.deepEqual(page.troubles, [])
    await page.context().close()
  })

  test('whoever is not sure enough signs on the way and comes back', async () => {
    const page = await stranger()
    await signIn(page, people.taras)
    await page.goto(PARAGRAPH)
    await page.getByText('наприклад кваліфікованим електронним підписом').first().waitFor()
    await page.locator('a[href^="/sign-in/surer"]').first().click()
    await page.getByRole('heading', { level: 1, name: 'Підтвердьте особу надійніше' }).waitFor()
    assert.match(await page.getByRole('main').textContent(), /Гнатюк/)
    await page.getByRole('main').getByRole('link', { name: /КЕП/ }).click()
    // In development mode the page itself signs for test persons.
    await page.getByLabel('Тестова особа').selectOption({ label: await taras(page) })
    const { name, content } = await download(page, () =>
      page.getByRole('button', { name: 'Підписати й завантажити' }).click(),
    )
    assert.equal(name, 'vzaemo-sign-in.txt.p7s')
    await send(page, name, content)
    await page.waitForURL((url) => url.pathname === PARAGRAPH)
    await page.locator(`form[action="${PARAGRAPH}/comment"]`).waitFor()
    assert.equal(await page.locator('a[href^="/sign-in/surer"]').count(), 0)
    assert.deepEqual(page.troubles, [])
    await page.context().close()
  })

  test('nothing went wrong on the way', () => {
    assert.deepEqual(platform.errors, [])
  })
})

/** How the list of test persons calls him. */
async function taras(page) {
  const names = await page.getByLabel('Тестова особа').locator('option').allTextContents()
  return names.find((name) => people.taras.name.test(name))
}
