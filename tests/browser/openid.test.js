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

const PHONE_AGENT =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1'

let certified, portal, platform, browser

before(async () => {
  certified = await OpenIdProvider.start('certified', { uk: 'Єдиний вхід', en: 'Single sign-on' })
  portal = await OpenIdProvider.start('portal', { uk: 'Державний портал', en: 'State portal' })
  platform = await Platform.start({ more: certified.section() + portal.section('single-sign-on = true') })
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

  test('a person sees where they are signed in, and ends it there', async () => {
    const [page, other] = [await open(), await open({ userAgent: PHONE_AGENT })]
    await signIn(page, certified, 'maria')
    await signIn(other, certified, 'maria')
    await page.goto('/cabinet/sessions')
    const main = page.getByRole('main')
    assert.match(await main.innerText(), /Safari, iPhone/)
    assert.match(await main.innerText(), /Єдиний вхід/)
    assert.match(await main.innerText(), /127\.0\.0\.\*/)
    await looksRight(page, 'sessions')
    await page.getByRole('button', { name: /Завершити сеанс.*Safari, iPhone/ }).click()
    await page.waitForURL((url) => url.pathname === '/cabinet/sessions')
    await other.goto('/cabinet')
    assert.equal(new URL(other.url()).pathname, '/sign-in')
    // And all others at once: the provider still knows the phone, so it signs in again without a word.
    await other.getByRole('link', { name: certified.name.uk }).click()
    await other.waitForURL((url) => url.pathname === '/cabinet')
    await page.reload()
    await page.getByRole('button', { name: 'Завершити всі інші сеанси' }).click()
    await page.waitForURL((url) => url.pathname === '/cabinet/sessions')
    await other.goto('/cabinet')
    assert.equal(new URL(other.url()).pathname, '/sign-in')
    assert.equal(await page.getByRole('button', { name: /Завершити/ }).count(), 0)
    for (const one of [page, other]) await one.context().close()
  })

  test('who is signed in at the portal is taken over by a link of it, once', async () => {
    const page = await open()
    await signIn(page, portal, 'taras')
    // The platform forgets them; the portal does not.
    await page.context().clearCookies({ name: 'session' })
    const now = Math.floor(Date.now() / 1000)
    const { token } = await portal.command('/sign', {
      header: { typ: 'hand-over+jwt' },
      claims: {
        iss: portal.issuer, aud: 'vzaemo', sub: 'taras', iat: now, exp: now + 60, jti: crypto.randomUUID(),
        target: '/cabinet/drafts',
      },
    })
    const link = `/sign-in/hand-over/portal?${new URLSearchParams({ token })}`
    await page.goto(link)
    assert.equal(new URL(page.url()).pathname, '/cabinet/drafts')
    assert.match(await page.getByRole('banner').innerText(), /Тарас Олегович Гнатюк/)
    await page.context().clearCookies({ name: 'session' })
    const again = await page.goto(link)
    assert.equal(again.status(), 403)
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
