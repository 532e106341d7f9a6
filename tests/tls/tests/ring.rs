//! TLS with the provider ring, which the program installs.

use std::sync::{Arc, LazyLock};

use backendless::{Client, ErrorKind};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose,
};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::PrivateKeyDer;
use rustls::{CipherSuite, ServerConfig, SupportedCipherSuite};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// The only cipher suite of the installed provider; the server would prefer another one.
const SUITE: CipherSuite = CipherSuite::TLS13_CHACHA20_POLY1305_SHA256;

static PROVIDER: LazyLock<()> = LazyLock::new(|| {
    let is_suite = |suite: &SupportedCipherSuite| suite.suite() == SUITE;
    let all = ring::default_provider();
    let cipher_suites = all.cipher_suites.iter().copied().filter(is_suite).collect();
    let provider = CryptoProvider {
        cipher_suites,
        ..all
    };
    let installed = provider.install_default();
    installed.expect("this process installs no other provider");
});

/// A server with a certificate for 127.0.0.1, and the authority that signed it.
struct TlsServer {
    listener: TcpListener,
    acceptor: TlsAcceptor,
    authority: String,
}

impl TlsServer {
    async fn bind(authority: &str) -> Self {
        let mut params = CertificateParams::new([]).expect("there are no names");
        params
            .distinguished_name
            .push(DnType::CommonName, authority);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(params, key()).expect("the key is new");
        let params = CertificateParams::new(["127.0.0.1".to_owned()]).expect("an address");
        let key = key();
        let certificate = params.signed_by(&key, &authority).expect("the key is new");
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("ring supports TLS 1.2 and 1.3")
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.der().clone()],
                PrivateKeyDer::Pkcs8(key.serialize_der().into()),
            )
            .expect("the key matches the certificate");
        Self {
            listener: TcpListener::bind("127.0.0.1:0").await.expect("a free port"),
            acceptor: TlsAcceptor::from(Arc::new(config)),
            authority: authority.pem(),
        }
    }

    fn url(&self) -> String {
        let address = self.listener.local_addr().expect("the listener is bound");
        format!("https://{address}")
    }

    /// Serves one connection: responds to one request with `5`. Returns the head of the request and the cipher suite.
    async fn serve(&self) -> std::io::Result<(String, Option<CipherSuite>)> {
        let (stream, _) = self.listener.accept().await?;
        let mut stream = self.acceptor.accept(stream).await?;
        let suite = stream.get_ref().1.negotiated_cipher_suite();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await?);
        }
        let response =
            b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1\r\n\r\n5";
        stream.write_all(response).await?;
        stream.flush().await?;
        let head = String::from_utf8_lossy(&head).into_owned();
        Ok((head, suite.map(|suite| suite.suite())))
    }
}

fn key() -> KeyPair {
    KeyPair::generate().expect("there is randomness")
}

fn client(url: &str, authority: &str) -> Client {
    LazyLock::force(&PROVIDER);
    Client::builder("APP-ID-0001", "API-KEY-0002")
        .api_url(url)
        .root_certificate(authority)
        .build()
        .expect("a provider is installed")
}

#[tokio::test]
async fn the_client_connects_with_the_installed_provider() {
    let server = TlsServer::bind("Authority 1").await;
    let client = client(&server.url(), &server.authority);
    let counters = client.counters();
    let (visits, served) = tokio::join!(counters.get("visits").send(), server.serve());
    assert_eq!(visits.expect("the server responds"), 5);
    let (head, suite) = served.expect("the client sends a request");
    let line = "GET /APP-ID-0001/API-KEY-0002/counters/visits/get HTTP/1.1\r\n";
    assert!(head.starts_with(line), "{head}");
    assert_eq!(suite, Some(SUITE));
}

#[tokio::test]
async fn the_installed_provider_rejects_an_unknown_authority() {
    let server = TlsServer::bind("Authority 1").await;
    let another = TlsServer::bind("Authority 2").await;
    let client = client(&server.url(), &another.authority);
    let counters = client.counters();
    let (visits, served) = tokio::join!(counters.get("visits").send(), server.serve());
    let error = visits.expect_err("the authority is unknown");
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert_eq!(error.attempts(), 1);
    assert!(error.to_string().contains("UnknownIssuer"), "{error}");
    assert!(served.is_err(), "no request is sent");
}
