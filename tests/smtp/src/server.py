"""A mail server for tests: aiosmtpd, told what to refuse by the local part of the recipient.

refused@…  550 for good          full@…  552 for good, not about the mailbox
later@…    451 while the file "later" exists
Whatever is taken becomes a line of JSON in the file "taken".
"""
import json
import os
import ssl
import sys
import time
from email import message_from_bytes
from email.policy import default

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

folder, port, tls, user, password = sys.argv[1:6]


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        local = address.split("@")[0]
        if local == "refused":
            return "550 5.1.1 no such mailbox"
        if local == "full":
            return "552 5.2.2 over quota"
        if local == "later" and os.path.exists(os.path.join(folder, "later")):
            return "451 4.3.0 not now"
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server, session, envelope):
        message = message_from_bytes(envelope.content, policy=default)
        part = lambda kind: (message.get_body((kind,)) or None) and message.get_body((kind,)).get_content()
        taken = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            # aiosmtpd notes STARTTLS only; a server with TLS from the first byte hears nothing else.
            "tls": session.ssl is not None or tls == "implicit",
            "user": session.auth_data.login.decode() if session.auth_data else None,
            "headers": {name.lower(): str(value) for name, value in message.items()},
            "plain": part("plain"),
            "html": part("html"),
        }
        with open(os.path.join(folder, "taken"), "a", encoding="utf-8") as out:
            out.write(json.dumps(taken, ensure_ascii=False) + "\n")
        return "250 taken"


def authenticator(server, session, envelope, mechanism, data):
    good = isinstance(data, LoginPassword) and (data.login.decode(), data.password.decode()) == (user, password)
    return AuthResult(success=good, handled=True, auth_data=data if good else None)


options = {}
if tls != "none":
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(os.path.join(folder, "server.pem"), os.path.join(folder, "server.key"))
    if tls == "starttls":
        options = {"tls_context": context, "require_starttls": True}
    else:
        options = {"ssl_context": context}
if user:
    options.update(authenticator=authenticator, auth_required=True, auth_require_tls=tls == "starttls")
controller = Controller(Handler(), hostname="127.0.0.1", port=int(port), **options)
controller.start()
print("ready", flush=True)
# Ends with whoever started it.
sys.stdin.read()
