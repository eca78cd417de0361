// One message by Nodemailer; foreign.py tells what the MAIL_ variables are.

const { readFileSync } = require('node:fs');
const nodemailer = require('nodemailer');

const mail = process.env;
const patience = Number(mail.MAIL_TIMEOUT) * 1000;
const implicit = mail.MAIL_TLS === 'implicit';
const transport = nodemailer.createTransport({
  host: mail.MAIL_HOST,
  port: Number(mail.MAIL_PORT),
  name: 'c.test',
  secure: implicit,
  requireTLS: !implicit,
  // As strict as Debian's OpenSSL, whatever Node was built with.
  tls: {
    ca: readFileSync(mail.MAIL_CA),
    servername: mail.MAIL_NAME,
    ciphers: 'DEFAULT:@SECLEVEL=2',
  },
  auth: mail.MAIL_AUTH ? { user: mail.MAIL_USER, pass: mail.MAIL_PASSWORD } : undefined,
  authMethod: mail.MAIL_AUTH || undefined,
  connectionTimeout: patience,
  greetingTimeout: patience,
  socketTimeout: patience,
});

const message = { envelope: { from: mail.MAIL_FROM, to: mail.MAIL_TO }, raw: readFileSync(0) };
transport.sendMail(message).catch((error) => {
  console.error(`${error.code}: ${error.message}`);
  process.exitCode = 1;
});
