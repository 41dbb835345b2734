// The rules of use as a person meets them: read, ticked, accepted, and back to what they wanted to do.
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { violations } from './support/axe.js'
import { launch, PHONE, visitor, watchedPage } from './support/browser.js'
import { people, signIn } from './support/people.js'
import { Platform } from './support/platform.js'

const TEXTS = {
  uk: 'Платформою користуються безоплатно.\n\nПишіть чемно й не видавайте себе за іншу особу.\n',
  en: 'The platform is free of charge.\n\nBe civil, and do not pretend to be somebody else.\n',
}

let folder
let platform
let browser

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vzaemo-rules-'))
  await mkdir(join(folder, '1.0'))
  for (const [language, text] of Object.entries(TEXTS)) await writeFile(join(folder, '1.0', `${language}.txt`), text)
  platform = await Platform.start({
    more: `
[rules]
folder = ${JSON.stringify(folder)}
versions = [{ version = "1.0", since = "2026-01-01" }]
`,
  })
  browser = await launch()
})
after(async () => {
  await browser?.close()
  await platform?.stop()
  await rm(folder, { recursive: true, force: true })
})

const heading = (page) => page.getByRole('heading', { level: 1, name: 'Прийміть правила користування' })

describe('the rules of use', () => {
  test('are accepted on a phone before the first petition, by a tick and a button', async () => {
    const page = await watchedPage(await visitor(browser, platform, { viewport: PHONE }))
    await signIn(page, people.maria, '/petitions/new')
    await heading(page).waitFor()
    assert.match(await page.getByRole('main').textContent(), /Пишіть чемно/)
    assert.equal(await violations(page), '')
    const wide = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth)
    assert.equal(wide, false, 'nothing stands out of the page')

    await page.getByRole('button', { name: 'Прийняти й продовжити' }).click()
    await page.waitForFunction(() => document.activeElement?.matches('.govuk-error-summary'))
    assert.match(await page.getByRole('alert').textContent(), /Позначте/)
    assert.equal(await violations(page), '')
    await page.getByRole('alert').getByRole('link').click()
    await page.keyboard.press('Space')
    await page.getByRole('button', { name: 'Прийняти й продовжити' }).click()
    await page.waitForURL((url) => url.pathname === '/petitions/new')

    await page.goto('/cabinet/my-data')
    await page.getByRole('link', { name: 'Редакція 1.0' }).click()
    await page.getByRole('heading', { level: 1, name: 'Правила користування' }).waitFor()
    assert.equal(await violations(page), '')
    await page.getByRole('link', { name: 'Усі редакції правил' }).click()
    await page.getByText('Чинна', { exact: true }).waitFor()
    assert.equal(await violations(page), '')
    assert.deepEqual(page.troubles, [])
    await page.context().close()
  })

  test('can be read and left without scripts', async () => {
    const page = await watchedPage(await visitor(browser, platform, { javaScriptEnabled: false }))
    await signIn(page, people.taras, '/cabinet')
    await heading(page).waitFor()
    await page.goto('/cabinet')
    await heading(page).waitFor()
    await page.getByRole('main').getByRole('button', { name: 'Вийти' }).click()
    await page.goto('/rules')
    await page.getByRole('heading', { level: 1, name: 'Правила користування' }).waitFor()
    await page.context().close()
  })

  test('nothing went wrong on the way', () => {
    assert.deepEqual(platform.errors, [])
  })
})
