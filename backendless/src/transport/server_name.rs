//! Names of servers in the texts of errors: host and port, without path, query and user.

use http::header::{HeaderMap, LOCATION};

use super::context::{ReadMode, RequestContext};
use super::disclosure;

/// Maximum length of an origin that the service wrote: a host name has at most 253 characters.
const MAX_ORIGIN: usize = 300;

impl RequestContext {
    /// Returns host and port of the server of this request, or "the server" if they contain a secret.
    pub(super) fn server_name(&self) -> String {
        let server = match &self.settings.file_server {
            Some(server) => server.to_string(),
            None => self.shared.http.server().to_string(),
        };
        self.without_secrets(server)
            .unwrap_or_else(|| "the server".to_owned())
    }

    /// Returns "the proxy", with its host and port if they are known and contain no secret.
    pub(super) fn proxy_name(&self) -> String {
        let proxy = self.shared.http.proxy().map(str::to_owned);
        match proxy.and_then(|proxy| self.without_secrets(proxy)) {
            Some(proxy) => format!("the proxy {proxy}"),
            None => "the proxy".to_owned(),
        }
    }

    fn without_secrets(&self, name: String) -> Option<String> {
        let contains_secret = disclosure::contains_secret(&self.secrets(), &name);
        (!contains_secret).then_some(name)
    }

    /// Returns the origin of the address that a response redirects to: scheme, host and port. `None` if there is none, or
    /// if it may not be shown.
    pub(super) fn redirect_origin(&self, headers: &HeaderMap) -> Option<String> {
        let location = headers.get(LOCATION)?.to_str().ok()?;
        let http = &self.shared.http;
        let origin = match self.read {
            ReadMode::Full => http.origin_of(location),
            // A relative address is one of the server of the file.
            ReadMode::Head => super::http::absolute_origin_of(location),
        };
        let origin = origin.filter(|origin| origin.len() <= MAX_ORIGIN)?;
        let checked = disclosure::check(&self.secrets(), &origin);
        checked.is_ok().then_some(origin)
    }
}
