// The head of an organisation lets a member of the staff act for it, and takes it back.
import assert from 'node:assert/strict'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { violations } from './support/axe.js'
import { DESKTOP, PHONE, launch, visitor, watchedPage } from './support/browser.js'
import { choose, people, signIn } from './support/people.js'
import { Platform } from './support/platform.js'

let platform, browser

before(async () => {
  // A register that is configured and away: claims are taken and wait. The token is of no use to anybody.
  process.env.VZAEMO_EDR_TOKEN = 'a-token-of-tests'
  platform = await Platform.start({ more: '\n[registers.edr]\nurl = "http://127.0.0.1:9/"\n' })
  browser = await launch()
})
after(async () => {
  const errors = platform?.errors ?? []
  await browser?.close()
  await platform?.stop()
  assert.deepEqual(errors, [])
})

async function open() {
  const context = await visitor(browser, platform, { viewport: PHONE })
  return watchedPage(context)
}

/** No violation, nothing to scroll sideways; a picture, where SCREENSHOTS names a folder. */
async function looksRight(page, name) {
  for (const viewport of [DESKTOP, PHONE]) {
    await page.setViewportSize(viewport)
    assert.equal(await violations(page), '', `${name} at ${viewport.width} px`)
    const sideways = await page.evaluate(() => document.scrollingElement.scrollWidth - innerWidth)
    assert.ok(sideways <= 0, `${name} scrolls sideways at ${viewport.width} px`)
    if (process.env.SCREENSHOTS) {
      await mkdir(process.env.SCREENSHOTS, { recursive: true })
      await page.screenshot({ path: join(process.env.SCREENSHOTS, `${name}-${viewport.width}.png`), fullPage: true })
    }
  }
  assert.deepEqual(page.troubles, [])
}

describe('acting for an organisation', { concurrency: 1 }, () => {
  test('a head invites, the invited person acts, the head revokes', async () => {
    const head = await open()
    await signIn(head, people.representative, '/cabinet/organisations')
    await head.getByRole('radio', { name: /Від свого імені/ }).check()
    await head.getByRole('button', { name: 'Продовжити' }).click()
    await head.waitForURL((url) => url.pathname === '/cabinet/organisations')
    await looksRight(head, 'organisations')
    await head.getByRole('link', { name: /Працівники/ }).click()
    await head.getByLabel('Кого запрошуєте').fill('Діловод')
    await head.getByRole('button', { name: 'Створити запрошення' }).click()
    await head.getByRole('alert').waitFor()
    await looksRight(head, 'organisation-staff-wrong')
    assert.equal(await head.getByLabel('Кого запрошуєте').inputValue(), 'Діловод', 'what was typed is kept')
    await head.getByLabel('День', { exact: true }).fill('31')
    await head.getByLabel('Місяць', { exact: true }).fill('12')
    await head.getByLabel('Рік', { exact: true }).fill(String(new Date().getFullYear() + 1))
    await head.getByRole('button', { name: 'Створити запрошення' }).click()
    const link = await head.getByLabel('Посилання').inputValue()
    await looksRight(head, 'organisation-invited')

    const maria = await open()
    await maria.goto(link)
    await maria.getByRole('main').getByRole('link').first().click()
    await choose(maria, people.maria)
    await maria.getByRole('button', { name: 'Прийняти запрошення' }).waitFor()
    await looksRight(maria, 'organisation-offer')
    await maria.getByRole('button', { name: 'Прийняти запрошення' }).click()
    await maria.waitForURL((url) => url.pathname === '/cabinet/organisations')
    await maria.getByText('Вам доручив це керівник організації').waitFor()
    await looksRight(maria, 'organisations-delegate')

    await head.goto('/cabinet/organisations/44900179')
    await head.getByRole('heading', { name: 'Марія Іванівна Коваль' }).waitFor()
    await looksRight(head, 'organisation-staff')
    await head.getByRole('button', { name: /Відкликати/ }).click()
    await head.getByText('відкликано').waitFor()
    await maria.goto('/cabinet/organisations')
    assert.match(maria.url(), /\/sign-in/, 'the delegate acts no more')
    await head.context().close()
    await maria.context().close()
  })

  test('a claim waits for a register that is away, and a slip is told at the field', async () => {
    const page = await open()
    await signIn(page, people.taras, '/cabinet/organisations')
    await page.getByLabel('Код ЄДРПОУ організації').fill('00032113')
    await page.getByRole('button', { name: 'Перевірити за реєстром' }).click()
    await page.getByText('Остання цифра не відповідає').waitFor()
    await looksRight(page, 'organisations-slip')
    await page.getByLabel('Код ЄДРПОУ організації').fill('00032112')
    await page.getByRole('button', { name: 'Перевірити за реєстром' }).click()
    await page.getByText('Буде перевірено').waitFor()
    await looksRight(page, 'organisations-to-verify')
    await page.getByRole('button', { name: /Прибрати заяву/ }).click()
    await page.getByText('Поки що ви дієте лише від свого імені').waitFor()
    await page.context().close()
  })
})
