// Scripts only add: character counts, focus on the error summary, no double submission, drafts kept
// while they are written.
import { Button } from 'govuk-frontend/dist/govuk/components/button/button.mjs'
import { CharacterCount } from 'govuk-frontend/dist/govuk/components/character-count/character-count.mjs'
import { Checkboxes } from 'govuk-frontend/dist/govuk/components/checkboxes/checkboxes.mjs'
import { ErrorSummary } from 'govuk-frontend/dist/govuk/components/error-summary/error-summary.mjs'
import { Radios } from 'govuk-frontend/dist/govuk/components/radios/radios.mjs'

document.body.classList.add('js-enabled', 'govuk-frontend-supported')
for (const Component of [Button, CharacterCount, Checkboxes, ErrorSummary, Radios]) {
  for (const element of document.querySelectorAll(`[data-module="${Component.moduleName}"]`)) {
    try {
      new Component(element)
    } catch (error) {
      console.warn(error)
    }
  }
}

// A form that can be put aside as a draft is kept by itself a few seconds after the last key, and when the page is left.
const QUIET_MS = 3000
for (const form of document.querySelectorAll('form[data-keep]')) {
  const told = document.createElement('p')
  told.className = 'v-small v-muted'
  told.setAttribute('role', 'status')
  form.append(told)
  let timer = 0
  let kept = ''
  let sending
  const typed = () => {
    const fields = new URLSearchParams()
    // Files are sent by the buttons only.
    for (const [name, value] of new FormData(form)) if (typeof value === 'string') fields.append(name, value)
    fields.set('_go', 'keep')
    return fields
  }
  kept = typed().toString()
  const keep = async (keepalive) => {
    clearTimeout(timer)
    timer = 0
    const fields = typed()
    if (fields.toString() === kept) return
    try {
      sending = new AbortController()
      const { signal } = sending
      const answer = await fetch(form.action, { method: 'POST', body: fields, keepalive, redirect: 'manual', signal })
      if (answer.status !== 204) return
      kept = fields.toString()
      told.textContent = form.dataset.keep
    } catch {
      // Without a connection the buttons say what is wrong.
    }
  }
  const later = () => {
    clearTimeout(timer)
    timer = setTimeout(() => keep(false), QUIET_MS)
  }
  form.addEventListener('input', later)
  form.addEventListener('submit', () => {
    clearTimeout(timer)
    timer = 0
    // What is sent now is newer.
    sending?.abort()
  })
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden' && timer) keep(true)
  })
}
