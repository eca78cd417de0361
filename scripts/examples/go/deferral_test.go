// A worked example: is mail delivered that was deferred twice? With failmx on the PATH, or running
// where FAILMX_HTTP says:
//
//	(cd scripts/examples/go && go test -count=1 ./...)
//
// The test makes a receiver of its own, so many of these run side by side; lets the sender under
// test, here net/smtp in a loop, send one message to it; looks at what the sender saw and at what
// failmx saw; asks for the verdict; and removes the receiver. What talks to failmx is failmx.go, to be
// copied. Go 1.19 or later, nothing to install.
package example

import (
	"errors"
	"fmt"
	"net/smtp"
	"net/textproto"
	"reflect"
	"testing"
	"time"
)

// Every delivery is deferred twice; a second stands for a minute.
const scenario = `{
  "time": {"scale": 60},
  "rule": [{"at": "rcpt", "times": 2, "reply": "452 4.3.1 Mail system full"}],
  "expect": [{"check": "retried", "within": "1h"}, {"check": "delivered-once", "within": "2h"}]
}`

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
	receiver := Running(t).Receiver(t, scenario)

	message := "From: me@sender.test\r\nTo: you@receiver.test\r\n" +
		"Message-ID: <1@sender.test>\r\n\r\nHi.\r\n"
	seen, err := deliver(receiver.Address, message, 5)
	if !reflect.DeepEqual(seen, []int{452, 452, 250}) {
		t.Fatalf("the sender saw %v, %v", seen, err)
	}

	told := fmt.Sprint(receiver.Deliveries(t))
	if told != "[{accepted [{deferred} {deferred} {accepted}]}]" {
		t.Fatalf("failmx saw %s", told)
	}

	if report := receiver.Verify(t, "30s"); report.Verdict != "pass" {
		t.Fatalf("the verdict is %s: %s", report.Verdict, report.Checks)
	}
}
