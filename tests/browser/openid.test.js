// Signing in and out with certified OpenID Connect providers, as a person does it.
import assert from 'node:assert/strict'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { violations } from './support/axe.js'
import { DESKTOP, PHONE, launch, visitor, watchedPage } from './support/browser.js'
import { eventually } from './support/eventually.js'
import { OpenIdProvider } from './support/openid.js'
import { Platform } from './support/platform.js'

let certified, portal, platform, browser

before(async () => {
  certified = await OpenIdProvider.start('certified', { uk: 'Єдиний вхід', en: 'Single sign-on' })
  portal = await OpenIdProvider.start('portal', { uk: 'Державний портал', en: 'State portal' })
  platform = await Platform.start(certified.section() + portal.section())
  await certified.serves(platform)
  await portal.serves(platform)
  browser = await launch()
})
after(async () => {
  const errors = platform?.errors ?? []
  await browser?.close()
  await platform?.stop()
  await certified?.stop()
  await portal?.stop()
  assert.deepEqual(errors, [])
})

/** A browser's page that asks for nothing beyond this machine. */
async function open(options) {
  const context = await visitor(browser, platform, options)
  await context.route((url) => !['localhost', '127.0.0.1'].includes(url.hostname), (route) => route.abort())
  return watchedPage(context)
}

/** No violation in either language on either screen; pictures besides, where SCREENSHOTS names a folder. */
async function looksRight(page, name) {
  const path = new URL(page.url())
  for (const language of ['en', 'uk']) {
    await page.goto(`/language/${language}?${new URLSearchParams({ to: path.pathname + path.search })}`)
    assert.equal(await page.locator('html').getAttribute('lang'), language)
    for (const viewport of [DESKTOP, PHONE]) {
      await page.setViewportSize(viewport)
      assert.equal(await violations(page), '', `${name} in ${language} at ${viewport.width} px`)
      const sideways = await page.evaluate(() => document.scrollingElement.scrollWidth - innerWidth)
      assert.ok(sideways <= 0, `${name} scrolls sideways`)
      if (process.env.SCREENSHOTS && language === 'uk') {
        await mkdir(process.env.SCREENSHOTS, { recursive: true })
        await page.screenshot({ path: join(process.env.SCREENSHOTS, `${name}-${viewport.width}.png`), fullPage: true })
      }
    }
  }
  await page.setViewportSize(DESKTOP)
}

async function signIn(page, provider, login, to = '/cabinet') {
  await page.goto(`/sign-in?${new URLSearchParams({ to })}`)
  await page.getByRole('link', { name: provider.name.uk }).click()
  await provider.signIn(page, login)
  await page.waitForURL((url) => url.pathname === to)
}

describe('signing in with OpenID Connect', { concurrency: 1 }, () => {
  test('one of several providers is chosen, and the person is known here', async () => {
    const page = await open()
    await page.goto('/sign-in?to=/cabinet')
    await looksRight(page, 'sign-in')
    await page.getByRole('link', { name: certified.name.uk }).click()
    await certified.signIn(page, 'maria')
    await page.waitForURL((url) => url.pathname === '/cabinet')
    assert.match(await page.getByRole('banner').innerText(), /Марія Іванівна Коваль/)
    await page.context().close()
  })

  test('who signs out at the provider is signed out here', async () => {
    const page = await open()
    await signIn(page, certified, 'taras')
    const other = await page.context().newPage()
    await other.goto(`${certified.issuer}/session/end`)
    await other.getByRole('button', { name: 'Yes, sign me out' }).click()
    await other.waitForURL(/success/)
    await eventually(async () => {
      await page.goto('/cabinet')
      return new URL(page.url()).pathname === '/sign-in'
    }, 'the session ends here')
    const { events } = await certified.command('/events')
    assert.ok(events.some(({ logout }) => logout === 'followed'), JSON.stringify(events))
    await page.context().close()
  })

  test('who signs out here may sign out at the provider too', async () => {
    const page = await open()
    await signIn(page, portal, 'olena')
    await page.locator('form[action="/sign-out"] button >> visible=true').click()
    await page.waitForURL((url) => url.pathname === '/signed-out')
    await looksRight(page, 'signed-out')
    await page.getByRole('link', { name: /Державний портал/ }).click()
    await page.getByRole('button', { name: 'Yes, sign me out' }).click()
    await page.waitForURL(`${platform.base}/signed-out`)
    assert.equal(await page.getByRole('link', { name: /Державний портал/ }).count(), 0)
    // The provider knows nobody any more: it asks for the login again.
    await page.goto('/sign-in/begin/portal')
    await page.getByPlaceholder('Enter any login').waitFor()
    assert.deepEqual(page.troubles.filter((trouble) => !/ERR_FAILED/.test(trouble)), [])
    await page.context().close()
  })
})
