// A worked example: is mail delivered that was deferred twice? Run it beside a failmx:
//
//	failmx serve &
//	cd scripts/examples/go && go test -count=1 ./...      (FAILMX_HTTP may name another failmx)
//
// The test makes a receiver of its own, so many of these run side by side; lets the sender under
// test, here net/smtp in a loop, send one message to it; looks at what the sender saw and at what
// failmx saw; asks for the verdict; and removes the receiver. Go 1.19 or later, nothing to install.
package example

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/smtp"
	"net/textproto"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"
)

// Every delivery is deferred twice; a second stands for a minute.
const body = `{
  "scenario": {
    "time": {"scale": 60},
    "rule": [{"at": "rcpt", "times": 2, "reply": "452 4.3.1 Mail system full"}],
    "expect": [{"check": "retried", "within": "1h"}, {"check": "delivered-once", "within": "2h"}]
  },
  "listeners": [{"address": "127.0.0.1:0"}]
}`

// api decodes what failmx answers into answer, unless that is nil.
func api(t *testing.T, method, path, body string, answer any) {
	t.Helper()
	base := os.Getenv("FAILMX_HTTP")
	if base == "" {
		base = "http://127.0.0.1:8025"
	}
	request, err := http.NewRequest(method, base+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	client := http.Client{Timeout: time.Minute}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode >= 300 {
		t.Fatalf("%s %s: %s %s %v", method, path, response.Status, text, err)
	}
	if answer == nil {
		return
	}
	if err := json.Unmarshal(text, answer); err != nil {
		t.Fatalf("%s %s: %v in %s", method, path, err, text)
	}
}

// deliver is the sender under test: it tries again, later and later. The reply codes that it met.
func deliver(address, message string, attempts int) (seen []int, err error) {
	recipients := []string{"you@receiver.test"}
	for attempt := 1; attempt <= attempts; attempt++ {
		err = smtp.SendMail(address, nil, "me@sender.test", recipients, []byte(message))
		if err == nil {
			return append(seen, 250), nil
		}
		var reply *textproto.Error
		if !errors.As(err, &reply) {
			return seen, err
		}
		seen = append(seen, reply.Code)
		time.Sleep(time.Duration(attempt) * time.Second)
	}
	return seen, err
}

func TestDeferredMailIsDelivered(t *testing.T) {
	receiver := fmt.Sprintf("go-example-%d", os.Getpid())
	var made struct{ Listeners []struct{ Address string } }
	api(t, "PUT", "/v1/receivers/"+receiver, body, &made)
	defer api(t, "DELETE", "/v1/receivers/"+receiver, "", nil)

	message := "From: me@sender.test\r\nTo: you@receiver.test\r\n" +
		"Message-ID: <1@sender.test>\r\n\r\nHi.\r\n"
	seen, err := deliver(made.Listeners[0].Address, message, 5)
	if !reflect.DeepEqual(seen, []int{452, 452, 250}) {
		t.Fatalf("the sender saw %v, %v", seen, err)
	}

	var deliveries struct {
		Items []struct {
			State    string
			Attempts []struct{ Outcome string }
		}
	}
	api(t, "GET", "/v1/deliveries?receiver="+receiver, "", &deliveries)
	told := fmt.Sprint(deliveries.Items)
	if told != "[{accepted [{deferred} {deferred} {accepted}]}]" {
		t.Fatalf("failmx saw %s", told)
	}

	var report struct {
		Verdict string
		Checks  json.RawMessage
	}
	api(t, "POST", "/v1/verify", `{"receiver": "`+receiver+`", "wait": "30s"}`, &report)
	if report.Verdict != "pass" {
		t.Fatalf("the verdict is %s: %s", report.Verdict, report.Checks)
	}
}
