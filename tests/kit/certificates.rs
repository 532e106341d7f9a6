//! A certificate authority for tests, and certificates that it signs.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose,
    date_time_ymd,
};
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

static AUTHORITIES: AtomicUsize = AtomicUsize::new(1);

/// A certificate authority that no client trusts by default.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

/// The certificate of a server, with its key.
pub struct Identity {
    certificate: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
}

impl Identity {
    /// The configuration of a server with this certificate, for the protocols in `alpn`.
    pub(crate) fn server_config(self, alpn: &[&str]) -> ServerConfig {
        // Another package of the workspace may enable a second provider, and then none is the default.
        let provider = Arc::new(aws_lc_rs::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("the provider supports TLS 1.2 and 1.3")
            .with_no_client_auth()
            .with_single_cert(vec![self.certificate], self.key)
            .expect("the key matches the certificate");
        config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
        config
    }
}

impl Authority {
    /// A new authority with a new key.
    pub fn new() -> Self {
        let mut params = CertificateParams::new([]).expect("there are no names");
        // A client takes authorities of the same name for one, and reports a wrong signature.
        let number = AUTHORITIES.fetch_add(1, Ordering::Relaxed);
        let name = format!("Authority {number}");
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let issuer = CertifiedIssuer::self_signed(params, key()).expect("the key is new");
        Self(issuer)
    }

    /// The certificate of the authority itself, in PEM form.
    pub fn pem(&self) -> String {
        self.0.pem()
    }

    /// A certificate for `names`: host names or addresses.
    pub fn identity(&self, names: &[&str]) -> Identity {
        self.sign(names, 2000, 2100)
    }

    /// An expired certificate for `names`.
    pub fn expired_identity(&self, names: &[&str]) -> Identity {
        self.sign(names, 2000, 2001)
    }

    fn sign(&self, names: &[&str], from: i32, until: i32) -> Identity {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        let mut params = CertificateParams::new(names).expect("host names");
        params.not_before = date_time_ymd(from, 1, 1);
        params.not_after = date_time_ymd(until, 1, 1);
        let key = key();
        let certificate = params.signed_by(&key, &self.0).expect("the key is new");
        Identity {
            certificate: certificate.der().clone(),
            key: PrivateKeyDer::Pkcs8(key.serialize_der().into()),
        }
    }
}

impl Default for Authority {
    fn default() -> Self {
        Self::new()
    }
}

fn key() -> KeyPair {
    KeyPair::generate().expect("there is randomness")
}
