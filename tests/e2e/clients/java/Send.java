// One message by Jakarta Mail; foreign.py tells what the MAIL_ variables are.

import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.io.FileInputStream;
import java.io.InputStream;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.Properties;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

class Send {
  public static void main(String[] args) throws Exception {
    boolean implicit = mail("TLS").equals("implicit");
    String milliseconds = String.valueOf((long) (Double.parseDouble(mail("TIMEOUT")) * 1000));
    String at = implicit ? "mail.smtps." : "mail.smtp.";
    Properties relay = new Properties();
    relay.put(at + "localhost", "c.test");
    relay.put(at + "from", mail("FROM"));
    relay.put(at + "timeout", milliseconds);
    relay.put(at + "connectiontimeout", milliseconds);
    relay.put(at + "auth.mechanisms", mail("AUTH"));
    relay.put(at + "ssl.checkserveridentity", "true");
    relay.put(at + "ssl.socketFactory", trusting(mail("CA")).getSocketFactory());
    relay.put("mail.smtp.starttls.enable", "true");
    relay.put("mail.smtp.starttls.required", "true");
    Session session = Session.getInstance(relay);
    MimeMessage message = new MimeMessage(session, System.in);
    try (Transport transport = session.getTransport(implicit ? "smtps" : "smtp")) {
      int port = Integer.parseInt(mail("PORT"));
      transport.connect(mail("HOST"), port, mail("USER"), mail("PASSWORD"));
      transport.sendMessage(message, InternetAddress.parse(mail("TO")));
    } catch (MessagingException failed) {
      System.err.println(String.valueOf(failed).strip().replaceAll("\\s*\n\\s*", " / "));
      System.exit(1);
    }
  }

  static String mail(String name) {
    return System.getenv().getOrDefault("MAIL_" + name, "");
  }

  /** Trusts what was signed by this authority, and nothing else. */
  static SSLContext trusting(String pem) throws Exception {
    KeyStore roots = KeyStore.getInstance(KeyStore.getDefaultType());
    roots.load(null, null);
    try (InputStream file = new FileInputStream(pem)) {
      var authority = CertificateFactory.getInstance("X.509").generateCertificate(file);
      roots.setCertificateEntry("ca", authority);
    }
    var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(roots);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }
}
