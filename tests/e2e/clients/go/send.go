// One message by net/smtp; foreign.py tells what the MAIL_ variables are. PLAIN is all it knows.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/smtp"
	"os"
	"strconv"
	"time"
)

var mail = func(name string) string { return os.Getenv("MAIL_" + name) }

// connect ends with a client behind a finished handshake.
func connect(config *tls.Config) (*smtp.Client, error) {
	patience, err := strconv.ParseFloat(mail("TIMEOUT"), 64)
	if err != nil {
		return nil, err
	}
	link, err := net.Dial("tcp", net.JoinHostPort(mail("HOST"), mail("PORT")))
	if err != nil {
		return nil, err
	}
	link.SetDeadline(time.Now().Add(time.Duration(patience * float64(time.Second))))
	if mail("TLS") == "implicit" {
		return smtp.NewClient(tls.Client(link, config), config.ServerName)
	}
	client, err := smtp.NewClient(link, config.ServerName)
	if err != nil {
		return nil, err
	}
	if offered, _ := client.Extension("STARTTLS"); !offered {
		return nil, errors.New("STARTTLS is not offered")
	}
	return client, client.StartTLS(config)
}

func send() error {
	pem, err := os.ReadFile(mail("CA"))
	if err != nil {
		return err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	client, err := connect(&tls.Config{ServerName: mail("NAME"), RootCAs: roots})
	if err != nil {
		return err
	}
	if mail("AUTH") != "" {
		login := smtp.PlainAuth("", mail("USER"), mail("PASSWORD"), mail("NAME"))
		if err := client.Auth(login); err != nil {
			return err
		}
	}
	if err := client.Mail(mail("FROM")); err != nil {
		return err
	}
	if err := client.Rcpt(mail("TO")); err != nil {
		return err
	}
	body, err := client.Data()
	if err != nil {
		return err
	}
	if _, err := io.Copy(body, os.Stdin); err != nil {
		return err
	}
	if err := body.Close(); err != nil {
		return err
	}
	return client.Quit()
}

func main() {
	if err := send(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
