//! Descriptions of errors of the TLS libraries, without the names in certificates.

#[cfg(feature = "rustls-no-provider")]
use rustls::{CertificateError, InvalidMessage, PeerIncompatible};

/// Remedy if the peer does not use TLS.
const NO_TLS: &str = "check whether the address starts with `http` instead of `https`";

/// Describes an error of rustls.
#[cfg(feature = "rustls-no-provider")]
pub(super) fn of_rustls(error: &rustls::Error) -> String {
    use rustls::Error as Tls;
    match error {
        Tls::InvalidCertificate(error) => {
            format!("invalid peer certificate: {}", of_certificate(error))
        }
        Tls::NoCertificatesPresented => "peer sent no certificates".to_owned(),
        Tls::InvalidMessage(InvalidMessage::InvalidContentType) => {
            format!("received a message that is not TLS: {NO_TLS}")
        }
        // The names of constants, and numbers of one or two bytes.
        Tls::InvalidMessage(kind) => format!("received corrupt message of type {kind:?}"),
        Tls::AlertReceived(alert) => format!("received fatal alert: {alert:?}"),
        Tls::PeerMisbehaved(kind) => format!("peer misbehaved: {kind:?}"),
        Tls::PeerIncompatible(PeerIncompatible::ServerRejectedEncryptedClientHello(_)) => {
            "peer is incompatible: it rejected the encrypted client hello".to_owned()
        }
        Tls::PeerIncompatible(kind) => format!("peer is incompatible: {kind:?}"),
        Tls::InappropriateMessage { got_type, .. } => {
            format!("received unexpected message: {got_type:?}")
        }
        Tls::InappropriateHandshakeMessage { got_type, .. } => {
            format!("received unexpected handshake message: {got_type:?}")
        }
        Tls::DecryptError => "cannot decrypt peer's message".to_owned(),
        Tls::PeerSentOversizedRecord => "peer sent excess record size".to_owned(),
        Tls::NoApplicationProtocol => "peer doesn't support any known protocol".to_owned(),
        Tls::UnsupportedNameType => "presented server name type wasn't supported".to_owned(),
        _ => "the TLS handshake failed".to_owned(),
    }
}

#[cfg(feature = "rustls-no-provider")]
fn of_certificate(error: &CertificateError) -> String {
    use CertificateError as Certificate;
    let text = match error {
        Certificate::BadEncoding => "BadEncoding",
        Certificate::Expired | Certificate::ExpiredContext { .. } => "certificate expired",
        Certificate::NotValidYet | Certificate::NotValidYetContext { .. } => {
            "certificate not valid yet"
        }
        Certificate::Revoked => "Revoked",
        Certificate::UnhandledCriticalExtension => "UnhandledCriticalExtension",
        Certificate::UnknownIssuer => "UnknownIssuer",
        Certificate::UnknownRevocationStatus => "UnknownRevocationStatus",
        Certificate::ExpiredRevocationList | Certificate::ExpiredRevocationListContext { .. } => {
            "certificate revocation list expired"
        }
        Certificate::BadSignature => "BadSignature",
        Certificate::UnsupportedSignatureAlgorithmContext { .. }
        | Certificate::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => {
            "unsupported signature algorithm"
        }
        Certificate::InvalidPurpose | Certificate::InvalidPurposeContext { .. } => {
            "certificate does not allow the authentication of a server"
        }
        Certificate::InvalidOcspResponse => "InvalidOcspResponse",
        Certificate::NotValidForNameContext { expected, .. } => {
            return not_valid_for(&expected.to_str());
        }
        Certificate::NotValidForName => "certificate not valid for the name of the server",
        _ => "certificate rejected",
    };
    text.to_owned()
}

/// An address is named, because it cannot be a secret; a host name may contain the app id.
#[cfg(feature = "rustls-no-provider")]
fn not_valid_for(expected: &str) -> String {
    match expected.parse::<std::net::IpAddr>() {
        Ok(address) => format!("certificate not valid for name \"{address}\""),
        Err(_) => "certificate not valid for the name of the server".to_owned(),
    }
}

/// Describes an error of the operating system's TLS library, whose texts are known in part.
#[cfg(feature = "native-tls")]
pub(super) fn of_native(error: &native_tls::Error) -> String {
    const KNOWN: [&str; 8] = [
        "certificate has expired",
        "certificate is not yet valid",
        "hostname mismatch",
        "IP address mismatch",
        "self-signed certificate",
        "unable to get local issuer certificate",
        "certificate verify failed",
        "wrong version number",
    ];
    let text = error.to_string();
    match KNOWN.into_iter().find(|known| text.contains(known)) {
        Some(known @ "wrong version number") => {
            format!("the TLS handshake failed: {known}: {NO_TLS}")
        }
        Some(known) => format!("the TLS handshake failed: {known}"),
        None => "the TLS handshake failed".to_owned(),
    }
}

#[cfg(all(test, feature = "rustls-no-provider"))]
mod tests;
