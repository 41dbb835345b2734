// Authorities of a test with signers of their own: one by jkurwa (DSTU 4145-2002 with GOST 34.311), one by OpenSSL
// (ECDSA). The platform's own code has no hand in what they make.
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const require = createRequire(import.meta.url)
const jkurwa = require('jkurwa')
const { hash } = require('gost89').compat.algos()

/** The replacement table of GOST 34.311 that Ukrainian certificates name, as `jkurwa` writes it. */
const SBOX =
  'a9d6eb45f13c708280c4967b231f5eadf658eba4c037291d38d96bf025ca4e17f8e9720dc615b43a28975f0bc1dea36438b564ea2c179fd0123e6db8fac57904'

const der = (tag, ...parts) => {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part)))
  const long = body.length < 256 ? [0x81, body.length] : [0x82, body.length >> 8, body.length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...(body.length < 128 ? [body.length] : long)]), body])
}
const oid = (hex) => der(0x06, Buffer.from(hex, 'hex'))
/** 1.2.804.2.1.1.1.11.1.4: the codes of a subject. */
const CODES = '2a8624020101010b0104'
const codes = (list) =>
  der(0x30, ...list.map(([last, code]) => der(0x30, oid(CODES + last), der(0x31, der(0x13, Buffer.from(code))))))
const usage = (bits) => ({ extnID: 'keyUsage', critical: true, extnValue: Buffer.from(bits, 'hex') })
const constraints = (hex) => ({ extnID: 'basicConstraints', critical: true, extnValue: Buffer.from(hex, 'hex') })
/** The statement of Ukrainian certificates that they are qualified. */
const QUALIFIED = {
  extnID: 'qcStatements',
  critical: true,
  extnValue: der(0x30, der(0x30, oid('2a8624020101010201'))),
}
const DAY_MS = 86_400_000

/** A folder that goes with the process. */
function folder() {
  const path = mkdtempSync(join(tmpdir(), 'vzaemo-authority-'))
  process.once('exit', () => rmSync(path, { recursive: true, force: true }))
  return path
}

/** An authority with a DSTU 4145 key (m = 257). */
export class DstuAuthority {
  #key = dstuKey()
  #name = { organizationName: 'Тестовий надавач', commonName: 'Тестовий ЦСК', serialNumber: 'UA-00000000-2026', countryName: 'UA' }
  #own
  #serial = 100

  constructor() {
    this.#own = this.#certify(this.#name, this.#key.pub(), 1, [usage('03020106'), constraints('30030101ff')])
    this.certificate = join(folder(), 'authority.der')
    writeFileSync(this.certificate, this.#own.to_asn1())
  }

  #certify(subject, pub, serial, extensions) {
    const identifier = (of) => of.keyid({ hash })
    const tbs = jkurwa.Certificate.createTBS({
      serial,
      pubkey: pub,
      algorithm: 'Dstu4145le',
      curve: 'DSTU_PB_257',
      sbox: Buffer.from(SBOX, 'hex'),
      issuer: this.#name,
      subject,
      valid: { from: Date.now() - DAY_MS, to: Date.now() + DAY_MS },
      usage: '\x03\x02\x06\xc0',
      hash,
    })
    tbs.extensions = [
      { extnID: 'subjectKeyIdentifier', extnValue: der(0x04, identifier(pub)) },
      { extnID: 'authorityKeyIdentifier', extnValue: der(0x30, der(0x80, identifier(this.#key.pub()))) },
      ...extensions,
    ]
    const signature = this.#key.sign(hash(jkurwa.Certificate.encodeTBS(tbs)), 'le')
    const certificate = new jkurwa.Certificate({
      tbsCertificate: tbs,
      signatureAlgorithm: { algorithm: 'Dstu4145le' },
      signature: { unused: 0, data: der(0x04, signature) },
    })
    return jkurwa.Certificate.from_asn1(certificate.to_asn1())
  }

  /** Certifies a person, and gives what signs a file in their name: with the file within the signature or apart. */
  person({ surname, given, taxNumber }) {
    const key = dstuKey()
    const subject = { commonName: `${surname} ${given}`, surname, givenName: given, serialNumber: String(this.#serial), countryName: 'UA' }
    const codesOf = { extnID: 'subjectDirectoryAttributes', extnValue: codes([['0101', taxNumber]]) }
    const extensions = [usage('030206c0'), constraints('3000'), QUALIFIED, codesOf]
    const cert = this.#certify(subject, key.pub(), this.#serial++, extensions)
    return (content, { attached = false } = {}) => {
      const data = attached ? { data: content } : { dataHash: hash(content) }
      const signTime = Math.floor(Date.now() / 1000)
      const message = new jkurwa.models.Message({ type: 'signedData', cert, hash, signTime, signer: key, ...data })
      return message.as_asn1()
    }
  }
}

/** A private key below the curve's order. */
function dstuKey() {
  const number = randomBytes(32)
  number[0] &= 0x3f
  return jkurwa.std_curve('DSTU_PB_257').pkey(number.toString('hex'), 'hex')
}

/** An authority with an ECDSA P-384 key whose persons have P-256 keys. */
export class EcdsaAuthority {
  #folder = folder()
  #serial = 100

  constructor() {
    writeFileSync(join(this.#folder, 'empty.cnf'), '[req]\ndistinguished_name = empty\n[empty]\n')
    this.#key('root', 'P-384')
    this.#openssl('req', '-x509', '-new', '-config', 'empty.cnf', '-utf8', '-key', 'root.key', '-days', '2',
      '-subj', '/C=UA/CN=Test authority', '-addext', 'basicConstraints=critical,CA:true',
      '-addext', 'keyUsage=critical,keyCertSign', '-out', 'root.pem')
    this.certificate = join(this.#folder, 'root.pem')
  }

  #openssl(...args) {
    return execFileSync('openssl', args, { cwd: this.#folder, stdio: ['ignore', 'pipe', 'pipe'] })
  }

  #key(name, curve) {
    this.#openssl('genpkey', '-quiet', '-algorithm', 'EC', '-pkeyopt', `ec_paramgen_curve:${curve}`, '-out', `${name}.key`)
  }

  /** As that of [DstuAuthority]. */
  person({ surname, given, taxNumber }) {
    const name = `person-${this.#serial++}`
    this.#key(name, 'P-256')
    const subject = `/C=UA/CN=${surname} ${given}/surname=${surname}/givenName=${given}/serialNumber=TINUA-${taxNumber}`
    writeFileSync(join(this.#folder, 'person.cnf'), EXTENSIONS)
    this.#openssl('req', '-new', '-config', 'empty.cnf', '-utf8', '-key', `${name}.key`, '-subj', subject, '-out', `${name}.csr`)
    this.#openssl('x509', '-req', '-in', `${name}.csr`, '-CA', 'root.pem', '-CAkey', 'root.key', '-set_serial', String(this.#serial),
      '-days', '1', '-extfile', 'person.cnf', '-out', `${name}.pem`)
    return (content, { attached = false } = {}) => {
      writeFileSync(join(this.#folder, 'content'), content)
      const apart = attached ? ['-nodetach'] : []
      return this.#openssl('cms', '-sign', '-binary', '-cades', '-md', 'sha256', '-in', 'content', '-signer', `${name}.pem`,
        '-inkey', `${name}.key`, '-outform', 'DER', ...apart)
    }
  }
}

const EXTENSIONS = `basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature, nonRepudiation
1.3.6.1.5.5.7.1.3 = ASN1:SEQUENCE:statements
[statements]
qualified = SEQUENCE:qualified
[qualified]
id = OID:0.4.0.1862.1.1
`
