// A certified OpenID Connect provider (npm's oidc-provider) as a process of its own, for tests.
//
// It prints one line of JSON: its issuer, and the address of its control, where a test tells it of its client, has it
// rotate its keys, sign any token and say what became of its orders to end sessions. It ends with its standard input.
import { createServer } from 'node:http'
import { once } from 'node:events'
import { createHmac, createPublicKey } from 'node:crypto'
import { exportJWK, generateKeyPair, importJWK, SignJWT } from 'jose'
import Provider from 'oidc-provider'

/** Whoever signs in by one of these logins; any password will do. The codes are made up and have a right check digit. */
const PERSONS = {
  maria: { family_name: 'Коваль', given_name: 'Марія', middle_name: 'Іванівна', rnokpp: '3300712340' },
  taras: { family_name: 'Гнатюк', given_name: 'Тарас', middle_name: 'Олегович', rnokpp: '3104743215' },
  olena: { family_name: 'Кравець', given_name: 'Олена', rnokpp: '3658400071' },
}

const [issuerServer, controlServer] = [createServer(), createServer()]
let serve = (_, answer) => answer.writeHead(503).end()
let client
let keys
let made = 0
const events = []

issuerServer.on('request', (request, answer) => serve(request, answer))
const issuer = await listening(issuerServer)

async function listening(server) {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${server.address().port}`
}

async function newKeys() {
  made += 1
  const pair = async (alg, options) => {
    const { privateKey } = await generateKeyPair(alg, { extractable: true, ...options })
    return { ...(await exportJWK(privateKey)), kid: `${alg}-${made}`, alg, use: 'sig' }
  }
  return [await pair('ES256'), await pair('RS256', { modulusLength: 2048 })]
}

function account(login) {
  const person = PERSONS[login]
  return person && { accountId: login, claims: () => ({ sub: login, ...person }) }
}

/** Whoever has signed in is not asked whether they agree. */
async function grant({ oidc }) {
  const known = oidc.result?.consent?.grantId ?? oidc.session.grantIdFor(oidc.client.clientId)
  if (known) return oidc.provider.Grant.find(known)
  const fresh = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId })
  fresh.addOIDCScope('openid profile')
  await fresh.save()
  return fresh
}

function provide() {
  const provider = new Provider(issuer, {
    clients: [client],
    jwks: { keys },
    cookies: { keys: ['of no use to anybody'], names: { session: '_op_session', interaction: '_op_interaction', resume: '_op_resume' } },
    claims: { openid: ['sub'], profile: ['family_name', 'given_name', 'middle_name', 'rnokpp'] },
    features: { backchannelLogout: { enabled: true } },
    enabledJWA: { idTokenSigningAlgValues: ['RS256', 'ES256'] },
    findAccount: (_, login) => account(login),
    loadExistingGrant: grant,
    // The platform under test is on this very machine, which its own way of fetching refuses, and a busy one takes its time.
    fetch: (url, { dispatcher, ...options }) => fetch(url, { ...options, signal: AbortSignal.timeout(60_000) }),
    ttl: { AccessToken: 600, AuthorizationCode: 60, IdToken: 600, Interaction: 600, Session: 3600, Grant: 3600 },
  })
  provider.on('backchannel.success', (_, { clientId }) => events.push({ logout: 'followed', clientId }))
  provider.on('backchannel.error', (_, error) => events.push({ logout: 'refused', why: String(error) }))
  provider.on('server_error', (_, error) => events.push({ error: String(error) }))
  serve = provider.callback()
}

const base64url = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Signs claims as a test wants: with the provider's own key, or as one who would deceive. */
async function sign({ header = {}, claims, how = 'ES256' }) {
  if (how === 'none') return `${base64url({ alg: 'none', ...header })}.${base64url(claims)}.`
  const jwk = keys.find((key) => key.alg === (how === 'ES256' ? 'ES256' : 'RS256'))
  if (how === 'public key as secret') {
    const { d, p, q, dp, dq, qi, ...open } = jwk
    const secret = createPublicKey({ key: open, format: 'jwk' }).export({ type: 'spki', format: 'pem' })
    const text = `${base64url({ alg: 'HS256', kid: jwk.kid, ...header })}.${base64url(claims)}`
    return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`
  }
  if (how === 'client secret') {
    const text = `${base64url({ alg: 'HS256', ...header })}.${base64url(claims)}`
    return `${text}.${createHmac('sha256', client.client_secret).update(text).digest('base64url')}`
  }
  if (how === 'stranger') {
    const { privateKey } = await generateKeyPair('ES256')
    return new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: jwk.kid, ...header }).sign(privateKey)
  }
  return new SignJWT(claims)
    .setProtectedHeader({ alg: jwk.alg, kid: jwk.kid, ...header })
    .sign(await importJWK(jwk, jwk.alg))
}

const CONTROL = {
  '/client': async ({ base, id }) => {
    client = {
      client_id: 'vzaemo',
      client_secret: 'a secret of tests',
      redirect_uris: [`${base}/sign-in/return/${id}`],
      post_logout_redirect_uris: [`${base}/signed-out`],
      backchannel_logout_uri: `${base}/sign-in/back-channel-logout/${id}`,
      backchannel_logout_session_required: true,
      id_token_signed_response_alg: 'ES256',
    }
    keys ??= await newKeys()
    provide()
    return {}
  },
  '/rotate': async () => {
    keys = await newKeys()
    provide()
    return {}
  },
  '/sign': async (what) => ({ token: await sign(what) }),
  '/events': () => ({ events }),
}

controlServer.on('request', async (request, answer) => {
  try {
    const chunks = []
    for await (const chunk of request) chunks.push(chunk)
    const said = await CONTROL[request.url](JSON.parse(Buffer.concat(chunks).toString() || '{}'))
    answer.setHeader('content-type', 'application/json').end(JSON.stringify(said))
  } catch (error) {
    answer.writeHead(500).end(String(error?.stack ?? error))
  }
})
const control = await listening(controlServer)

console.log(JSON.stringify({ issuer, control }))
// Whoever started it is gone when its standard input ends.
process.stdin.resume().on('end', () => process.exit(0))
