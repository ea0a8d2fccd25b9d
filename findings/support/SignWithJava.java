// Signs the Assertion of unsigned.xml with Java's own XML signatures and key.pem, and writes response.xml with certificate.pem in it.
//
// usage: java SignWithJava.java, in a folder with the three
import java.io.File;
import java.io.FileInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import javax.xml.crypto.dsig.XMLSignatureFactory;
import javax.xml.crypto.dsig.dom.DOMSignContext;
import javax.xml.crypto.dsig.spec.C14NMethodParameterSpec;
import javax.xml.crypto.dsig.spec.TransformParameterSpec;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.w3c.dom.Element;

public class SignWithJava {
    static final String SAML = "urn:oasis:names:tc:SAML:2.0:assertion", EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#";
    static final String ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
    static final String SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256", RSA = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";

    public static void main(String[] arguments) throws Exception {
        var pem = Files.readString(Path.of("key.pem")).replaceAll("-----[^-]+-----|\\s", "");
        var key = KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(pem)));
        var certificate = CertificateFactory.getInstance("X.509").generateCertificate(new FileInputStream("certificate.pem"));
        var factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        var document = factory.newDocumentBuilder().parse(new File("unsigned.xml"));
        var assertion = (Element) document.getElementsByTagNameNS(SAML, "Assertion").item(0);
        assertion.setIdAttribute("ID", true);
        var signatures = XMLSignatureFactory.getInstance("DOM");
        var transforms = List.of(signatures.newTransform(ENVELOPED, (TransformParameterSpec) null),
            signatures.newTransform(EXCLUSIVE, (TransformParameterSpec) null));
        var reference = signatures.newReference("#" + assertion.getAttribute("ID"),
            signatures.newDigestMethod(SHA256, null), transforms, null, null);
        var info = signatures.newSignedInfo(signatures.newCanonicalizationMethod(EXCLUSIVE, (C14NMethodParameterSpec) null),
            signatures.newSignatureMethod(RSA, null), List.of(reference));
        var keys = signatures.getKeyInfoFactory();
        var subject = assertion.getElementsByTagNameNS(SAML, "Subject").item(0);
        signatures.newXMLSignature(info, keys.newKeyInfo(List.of(keys.newX509Data(List.of(certificate)))))
            .sign(new DOMSignContext(key, assertion, subject));
        TransformerFactory.newInstance().newTransformer().transform(new DOMSource(document), new StreamResult(new File("response.xml")));
    }
}
