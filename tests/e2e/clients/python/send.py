"""One message by smtplib; foreign.py tells what the MAIL_ variables are."""

import os
import smtplib
import ssl
import sys

mail = {name[5:].lower(): value for name, value in os.environ.items() if name.startswith("MAIL_")}
where = {"host": mail["host"], "port": int(mail["port"]), "local_hostname": "c.test"}
where["timeout"] = float(mail["timeout"])
context = ssl.create_default_context(cafile=mail["ca"])
context.minimum_version = ssl.TLSVersion.TLSv1_2
try:
    if mail["tls"] == "implicit":
        client = smtplib.SMTP_SSL(context=context, **where)
    else:
        client = smtplib.SMTP(**where)
        client.starttls(context=context)
    if mail["auth"]:
        client.ehlo_or_helo_if_needed()
        client.user, client.password = mail["user"], mail["password"]
        mechanism = getattr(client, f"auth_{mail['auth'].lower()}")
        client.auth(mail["auth"], mechanism)
    client.sendmail(mail["from"], [mail["to"]], sys.stdin.buffer.read())
    client.quit()
except (smtplib.SMTPException, OSError) as error:
    sys.exit(f"{type(error).__name__}: {error}")
