use std::time::Duration;

use rustls::pki_types::UnixTime;
use rustls::{
    AlertDescription, CertificateError as Certificate, ContentType, Error as Tls,
    ExtendedKeyPurpose, HandshakeType, InvalidMessage, PeerIncompatible, PeerMisbehaved,
};

use super::of_rustls;

/// A time of the contexts of certificate errors, which no description contains.
fn time(seconds: u64) -> UnixTime {
    UnixTime::since_unix_epoch(Duration::from_secs(seconds))
}

#[test]
fn each_error_of_a_handshake_has_its_description() {
    for (error, text) in [
        (Tls::NoCertificatesPresented, "peer sent no certificates"),
        (
            Tls::InvalidMessage(InvalidMessage::InvalidContentType),
            "received a message that is not TLS: check whether the address starts with `http` instead of `https`",
        ),
        (
            Tls::InvalidMessage(InvalidMessage::InvalidCcs),
            "received corrupt message of type InvalidCcs",
        ),
        (
            Tls::AlertReceived(AlertDescription::HandshakeFailure),
            "received fatal alert: HandshakeFailure",
        ),
        (
            Tls::PeerMisbehaved(PeerMisbehaved::KeyEpochWithPendingFragment),
            "peer misbehaved: KeyEpochWithPendingFragment",
        ),
        (
            Tls::PeerIncompatible(PeerIncompatible::ServerRejectedEncryptedClientHello(None)),
            "peer is incompatible: it rejected the encrypted client hello",
        ),
        (
            Tls::PeerIncompatible(PeerIncompatible::NoCipherSuitesInCommon),
            "peer is incompatible: NoCipherSuitesInCommon",
        ),
        (
            Tls::InappropriateMessage {
                expect_types: Vec::new(),
                got_type: ContentType::ApplicationData,
            },
            "received unexpected message: ApplicationData",
        ),
        (
            Tls::InappropriateHandshakeMessage {
                expect_types: Vec::new(),
                got_type: HandshakeType::Finished,
            },
            "received unexpected handshake message: Finished",
        ),
        (Tls::DecryptError, "cannot decrypt peer's message"),
        (Tls::PeerSentOversizedRecord, "peer sent excess record size"),
        (
            Tls::NoApplicationProtocol,
            "peer doesn't support any known protocol",
        ),
        (
            Tls::UnsupportedNameType,
            "presented server name type wasn't supported",
        ),
        // Its text may contain anything.
        (
            Tls::General("SECRET".to_owned()),
            "the TLS handshake failed",
        ),
    ] {
        assert_eq!(of_rustls(&error), text, "{error:?}");
    }
}

#[test]
fn each_error_of_a_certificate_has_its_description() {
    for (error, text) in [
        (Certificate::BadEncoding, "BadEncoding"),
        (Certificate::Expired, "certificate expired"),
        (
            Certificate::ExpiredContext {
                time: time(2),
                not_after: time(1),
            },
            "certificate expired",
        ),
        (Certificate::NotValidYet, "certificate not valid yet"),
        (
            Certificate::NotValidYetContext {
                time: time(1),
                not_before: time(2),
            },
            "certificate not valid yet",
        ),
        (Certificate::Revoked, "Revoked"),
        (
            Certificate::UnhandledCriticalExtension,
            "UnhandledCriticalExtension",
        ),
        (Certificate::UnknownIssuer, "UnknownIssuer"),
        (
            Certificate::UnknownRevocationStatus,
            "UnknownRevocationStatus",
        ),
        (
            Certificate::ExpiredRevocationList,
            "certificate revocation list expired",
        ),
        (
            Certificate::ExpiredRevocationListContext {
                time: time(2),
                next_update: time(1),
            },
            "certificate revocation list expired",
        ),
        (Certificate::BadSignature, "BadSignature"),
        (
            Certificate::UnsupportedSignatureAlgorithmForPublicKeyContext {
                signature_algorithm_id: Vec::new(),
                public_key_algorithm_id: Vec::new(),
            },
            "unsupported signature algorithm",
        ),
        (
            Certificate::InvalidPurpose,
            "certificate does not allow the authentication of a server",
        ),
        (
            Certificate::InvalidPurposeContext {
                required: ExtendedKeyPurpose::ServerAuth,
                presented: Vec::new(),
            },
            "certificate does not allow the authentication of a server",
        ),
        (Certificate::InvalidOcspResponse, "InvalidOcspResponse"),
        (
            Certificate::NotValidForName,
            "certificate not valid for the name of the server",
        ),
        (
            Certificate::ApplicationVerificationFailure,
            "certificate rejected",
        ),
    ] {
        let text = format!("invalid peer certificate: {text}");
        assert_eq!(of_rustls(&Tls::InvalidCertificate(error)), text);
    }
}
