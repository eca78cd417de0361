// A worked example: is mail delivered that was deferred twice? Run it beside a failmx:
//
//   failmx serve &
//   (cd scripts/examples/java && mvn test)      (FAILMX_HTTP may name another failmx)
//
// The test makes a receiver of its own, so many of these run side by side; lets the sender under
// test, here Jakarta Mail in a loop, send one message to it; looks at what the sender saw and at
// what failmx saw; asks for the verdict; and removes the receiver. Java 17 or later.

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.eclipse.angus.mail.smtp.SMTPAddressFailedException;
import org.json.JSONObject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DeferralTest {
  static final String HTTP = System.getenv().getOrDefault("FAILMX_HTTP", "http://127.0.0.1:8025");

  // Every delivery is deferred twice; a second stands for a minute.
  static final String BODY = """
      {
        "scenario": {
          "time": {"scale": 60},
          "rule": [{"at": "rcpt", "times": 2, "reply": "452 4.3.1 Mail system full"}],
          "expect": [
            {"check": "retried", "within": "1h"},
            {"check": "delivered-once", "within": "2h"}
          ]
        },
        "listeners": [{"address": "127.0.0.1:0"}]
      }""";

  final HttpClient client = HttpClient.newHttpClient();
  final String receiver = "java-example-" + ProcessHandle.current().pid();
  MimeMessage message;

  @BeforeEach
  void makeReceiver() throws Exception {
    String address = api("PUT", "/v1/receivers/" + receiver, BODY)
        .query("/listeners/0/address").toString();
    int colon = address.lastIndexOf(':');
    Properties relay = new Properties();
    relay.put("mail.smtp.host", address.substring(0, colon));
    relay.put("mail.smtp.port", address.substring(colon + 1));
    message = new MimeMessage(Session.getInstance(relay));
    message.setFrom("me@sender.test");
    message.setRecipient(Message.RecipientType.TO, new InternetAddress("you@receiver.test"));
    message.setText("Hi.");
  }

  @AfterEach
  void removeReceiver() throws Exception {
    api("DELETE", "/v1/receivers/" + receiver, "");
  }

  @Test
  void deferredMailIsDelivered() throws Exception {
    assertEquals(List.of(452, 452, 250), deliver(message, 5));

    JSONObject told = api("GET", "/v1/deliveries?receiver=" + receiver, "");
    assertEquals(1, told.getJSONArray("items").length(), told.toString());
    assertEquals("accepted", told.query("/items/0/state"));
    assertEquals("deferred", told.query("/items/0/attempts/0/outcome"));
    assertEquals("deferred", told.query("/items/0/attempts/1/outcome"));
    assertEquals("accepted", told.query("/items/0/attempts/2/outcome"));

    JSONObject asked = new JSONObject().put("receiver", receiver).put("wait", "30s");
    JSONObject report = api("POST", "/v1/verify", asked.toString());
    assertEquals("pass", report.getString("verdict"), report.toString());
  }

  /** The sender under test: tries again, later and later. The reply codes that it met. */
  static List<Integer> deliver(MimeMessage message, int attempts) throws Exception {
    List<Integer> seen = new ArrayList<>();
    for (int attempt = 1; attempt <= attempts; ++attempt) {
      try {
        Transport.send(message);
        seen.add(250);
        return seen;
      } catch (MessagingException failed) {
        seen.add(code(failed));
      }
      Thread.sleep(attempt * 1000L);
    }
    return seen;
  }

  /** The reply to the recipient stands in a chain of exceptions. */
  static int code(MessagingException failed) throws MessagingException {
    Exception cause = failed;
    while (cause instanceof MessagingException link) {
      if (cause instanceof SMTPAddressFailedException reply) {
        return reply.getReturnCode();
      }
      cause = link.getNextException();
    }
    throw failed;
  }

  /** What failmx answers. */
  JSONObject api(String method, String path, String body) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(URI.create(HTTP + path))
        .header("Content-Type", "application/json")
        .method(method, BodyPublishers.ofString(body)).build();
    var answer = client.send(request, BodyHandlers.ofString());
    assertTrue(answer.statusCode() < 300, method + " " + path + ": " + answer.body());
    return new JSONObject(answer.body());
  }
}
