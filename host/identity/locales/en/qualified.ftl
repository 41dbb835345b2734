# Why a sign-in by qualified signature failed: the keys of QualifiedError::public_message. Each says what happened and
# what to do next; the code to sign stays valid.
signature-too-large = The file is too large or too complex to be a signature of this code. Send the signature file that the program has made, not a signed container with attachments.
signature-unreadable = This is no CMS signature file (.p7s). Sign the file with the code in the CAdES format and send the .p7s file that the program makes.
signature-several-signers = Several persons have signed the code. Sign it yourself and send the signature of one person only.
signature-other-content = What was signed is not the file that you downloaded on this page. Download the file with the code, leave it as it is, and sign that file.
signature-invalid = The signature is not genuine or was damaged. Sign the file with the code again; if it happens again, ask the provider that issued your certificate.
signature-algorithm = The signature uses an algorithm that the platform does not accept. Choose DSTU 4145 with GOST 34.311, or ECDSA or RSA with SHA-256, and sign again.
signature-untrusted = The certificate comes from a provider that is not on the platform's trust list, or the file lacks the certificate. Sign with a key from a qualified provider and have the program add the certificate to the signature.
signature-wrong-key = This key is not meant for signing. Choose the signing key in the program, not one for encryption, time-stamps or a website.
signature-certificate-expired = The certificate has expired or is not valid yet. Get a valid one from your provider and sign again.
signature-time = The time in the signature is not the real one. Check date and time on your device and sign again.
signature-certificate-revoked = The certificate was revoked or suspended. If that was not you, contact your provider at once; you can sign in another way.
signature-revocation-unknown = It could not be found out whether the certificate is still valid: its provider does not answer. Send the same file again in a few minutes.
signature-not-qualified = The signature is genuine, but the certificate is not qualified. Sign with a qualified signature (КЕП).
signature-no-person = The certificate holds neither the taxpayer's number (РНОКПП) nor the number in the demographic register (УНЗР), so the platform cannot tell whose signature it is. Use a personal signature that holds one, or sign in another way.
signature-seal = This is the electronic seal of an organisation, and signing in is for a person. Sign the code with your personal signature; if it was issued to you as staff of an organisation, you can act for it.
signature-busy = The platform is verifying many signatures at present. Send the same file again in a minute.
seal-of-person = This is the signature of a person, not the seal of an organisation. A signature shows who somebody is, and not that an organisation lets them act for it. Seal the file with the electronic seal of the organisation.
seal-no-organisation = The certificate of the seal holds no code of an organisation (ЄДРПОУ), so the platform cannot tell whose seal it is. Use a seal that holds one.
