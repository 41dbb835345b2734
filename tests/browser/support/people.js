// The named test persons of the embedded identity provider (host/identity/data/dev-persons.toml).

export const people = {
  maria: { number: 1, name: /Коваль/ },
  taras: { number: 2, name: /Гнатюк/ },
  olena: { number: 3, name: /Кравець/ },
  iryna: { number: 4, name: /Савчук/ },
  yurii: { number: 5, name: /Мельник/ },
  /** Administers all modules for the Cabinet of Ministers. */
  official: { number: 8, name: /Бондаренко/ },
  /** Runs the platform. */
  administrator: { number: 11, name: /Поліщук/ },
  /** Decides which modules run. */
  holder: { number: 10, name: /Романюк/ },
  /** Decides so with the first one. */
  secondHolder: { number: 14, name: /Іващенко/ },
  /** May act for an organisation. */
  representative: { number: 13, name: /Шевчук/ },
}

/** Signs in by choosing the person on the provider's page, and ends up at `to`. */
export async function signIn(page, person, to = '/') {
  await page.goto(`/sign-in?${new URLSearchParams({ to })}`)
  await page.getByRole('main').getByRole('link').first().click()
  await choose(page, person)
}

/** Signs in for the organisation that the person may represent, and ends up at `to`. */
export async function signInForOrganisation(page, person, to = '/') {
  await signIn(page, person, to)
  await page.getByRole('radio', { name: /організація/i }).check()
  await page.getByRole('button', { name: 'Продовжити' }).click()
  await page.waitForURL((url) => url.pathname === to)
}

/** Chooses a person on the provider's page. */
export async function choose(page, person) {
  await page.getByRole('button', { name: person.name }).click()
  // On a phone the button to sign out is folded into the menu.
  await page.locator('form[action="/sign-out"]').first().waitFor({ state: 'attached' })
}
