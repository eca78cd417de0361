<?php
// One message by PHPMailer; foreign.py tells what the MAIL_ variables are.

require '/usr/share/php/libphp-phpmailer/autoload.php';

use PHPMailer\PHPMailer\PHPMailer;
use PHPMailer\PHPMailer\SMTP;

[$head, $body] = explode("\r\n\r\n", stream_get_contents(STDIN), 2);
$mail = new PHPMailer(true);
$mail->isSMTP();
$mail->Host = getenv('MAIL_HOST');
$mail->Port = (int) getenv('MAIL_PORT');
$mail->Helo = 'c.test';
$mail->Timeout = (int) getenv('MAIL_TIMEOUT');
$implicit = getenv('MAIL_TLS') === 'implicit';
$mail->SMTPSecure = $implicit ? PHPMailer::ENCRYPTION_SMTPS : PHPMailer::ENCRYPTION_STARTTLS;
$mail->SMTPOptions = ['ssl' => ['cafile' => getenv('MAIL_CA'), 'peer_name' => getenv('MAIL_NAME')]];
$mail->SMTPAuth = getenv('MAIL_AUTH') !== '';
$mail->AuthType = getenv('MAIL_AUTH');
$mail->Username = getenv('MAIL_USER');
$mail->Password = getenv('MAIL_PASSWORD');
// The exception alone does not say why.
$mail->SMTPDebug = SMTP::DEBUG_CONNECTION;
$mail->Debugoutput = function (string $line) {
    fwrite(STDERR, rtrim($line) . "\n");
};
try {
    $mail->setFrom(getenv('MAIL_FROM'));
    $mail->addAddress(getenv('MAIL_TO'));
    preg_match('/^Subject: (.*)$/m', $head, $subject);
    $mail->Subject = rtrim($subject[1]);
    $mail->Body = $body;
    $mail->send();
} catch (Throwable $error) {
    fwrite(STDERR, $error->getMessage() . "\n");
    exit(1);
}
