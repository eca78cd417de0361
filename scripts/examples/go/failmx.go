// Package example has failmx in tests of Go: one file to copy, nothing to install. Go 1.19 or later.
//
//	mx := example.Running(t)
//	receiver := mx.Receiver(t, `"full-twice"`)
//	...                                       // send to receiver.Address
//	receiver.Deliveries(t); receiver.Verify(t, "30s")
//
// Running is the failmx that FAILMX_HTTP names; where it names none, one of its own on free ports
// (failmx on the PATH, or the program that FAILMX names). What was made goes with the test.
package example

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

var (
	number  atomic.Int64
	inReady = regexp.MustCompile(` http=(\S+)`)
)

// Failmx is the control API.
type Failmx struct{ http string }

// Receiver is one of the test's own.
type Receiver struct {
	Name, Address string
	mx            Failmx
}

// Delivery is what became of one message for one recipient.
type Delivery struct {
	State    string
	Attempts []struct{ Outcome string }
}

// Report is the verdict and what it rests on.
type Report struct {
	Verdict string
	Checks  json.RawMessage
}

// Running gives the failmx to use.
func Running(t testing.TB) Failmx {
	t.Helper()
	if http := os.Getenv("FAILMX_HTTP"); http != "" {
		return Failmx{http}
	}
	program := os.Getenv("FAILMX")
	if program == "" {
		program = "failmx"
	}
	command := exec.Command(program, "serve", "--quiet", "--smtp", "127.0.0.1:0", "--http", "127.0.0.1:0")
	command.Stderr = os.Stderr
	output, err := command.StdoutPipe()
	if err == nil {
		err = command.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		command.Process.Signal(syscall.SIGTERM)
		command.Wait()
	})
	// failmx ready smtp=127.0.0.1:1025 http=127.0.0.1:8025 ...; nothing if it cannot start
	line, _ := bufio.NewReader(output).ReadString('\n')
	found := inReady.FindStringSubmatch(line)
	if found == nil {
		t.Fatal("failmx did not start")
	}
	return Failmx{"http://" + found[1]}
}

// API decodes what failmx answers into answer, unless that is nil; a refusal fails the test.
func (mx Failmx) API(t testing.TB, method, path, body string, answer any) {
	t.Helper()
	request, err := http.NewRequest(method, mx.http+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	if token := os.Getenv("FAILMX_TOKEN"); token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	client := http.Client{Timeout: 10 * time.Minute}
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

// Receiver makes one on a free port; scenario is JSON: a name, or an object with its keys.
func (mx Failmx) Receiver(t testing.TB, scenario string) Receiver {
	t.Helper()
	name := fmt.Sprintf("go-%d-%d", os.Getpid(), number.Add(1))
	body := fmt.Sprintf(`{"scenario": %s, "listeners": [{"address": "127.0.0.1:0"}]}`, scenario)
	var made struct{ Listeners []struct{ Address string } }
	mx.API(t, "PUT", "/v1/receivers/"+name, body, &made)
	t.Cleanup(func() { mx.API(t, "DELETE", "/v1/receivers/"+name, "", nil) })
	return Receiver{name, made.Listeners[0].Address, mx}
}

// Deliveries are all that came to it.
func (r Receiver) Deliveries(t testing.TB) []Delivery {
	t.Helper()
	var list struct{ Items []Delivery }
	r.mx.API(t, "GET", "/v1/deliveries?receiver="+r.Name, "", &list)
	return list.Items
}

// Verify gives the report when the verdict is certain, or after wait.
func (r Receiver) Verify(t testing.TB, wait string) (report Report) {
	t.Helper()
	body := fmt.Sprintf(`{"receiver": %q, "wait": %q}`, r.Name, wait)
	r.mx.API(t, "POST", "/v1/verify", body, &report)
	return report
}
