//! The files of the page, which are part of the program.

use axum::Router;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::{App, content, not_found};

const PAGE: &str = include_str!("assets/index.html");

/// What the token replaces in the page.
const TOKEN_PLACE: &str = "{{token}}";

/// What the nonce replaces in the page.
const NONCE_PLACE: &str = "{{nonce}}";

const SCRIPT: &str = "text/javascript; charset=utf-8";

/// Each file with its content type.
const ASSETS: &[(&str, &str, &str)] = &[
    (
        "style.css",
        "text/css; charset=utf-8",
        include_str!("assets/style.css"),
    ),
    ("icon.svg", "image/svg+xml", include_str!("assets/icon.svg")),
    ("app.js", SCRIPT, include_str!("assets/app.js")),
    ("api.js", SCRIPT, include_str!("assets/api.js")),
    ("json.js", SCRIPT, include_str!("assets/json.js")),
    ("dom.js", SCRIPT, include_str!("assets/dom.js")),
    ("format.js", SCRIPT, include_str!("assets/format.js")),
    ("plot.js", SCRIPT, include_str!("assets/plot.js")),
    ("overview.js", SCRIPT, include_str!("assets/overview.js")),
    ("requests.js", SCRIPT, include_str!("assets/requests.js")),
    ("tables.js", SCRIPT, include_str!("assets/tables.js")),
    ("grid.js", SCRIPT, include_str!("assets/grid.js")),
    ("users.js", SCRIPT, include_str!("assets/users.js")),
    ("files.js", SCRIPT, include_str!("assets/files.js")),
    ("messages.js", SCRIPT, include_str!("assets/messages.js")),
    ("outbox.js", SCRIPT, include_str!("assets/outbox.js")),
    ("geo.js", SCRIPT, include_str!("assets/geo.js")),
    ("values.js", SCRIPT, include_str!("assets/values.js")),
    ("code.js", SCRIPT, include_str!("assets/code.js")),
    ("faults.js", SCRIPT, include_str!("assets/faults.js")),
    ("state.js", SCRIPT, include_str!("assets/state.js")),
];

pub(super) fn routes() -> Router<App> {
    Router::new().route("/{file}", get(serve))
}

/// Returns the page with the token of the console, which other origins cannot read, and with the nonce of its script and
/// its style.
pub(super) fn page(token: &str, nonce: &str) -> Response {
    let page = PAGE.replace(TOKEN_PLACE, token);
    content("text/html; charset=utf-8", page.replace(NONCE_PLACE, nonce))
}

async fn serve(Path(file): Path<String>) -> Response {
    let mut assets = ASSETS.iter();
    match assets.find(|(name, ..)| *name == file) {
        Some((_, media_type, text)) => content(media_type, *text),
        None => not_found().await.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names that create elements from text. The Content-Security-Policy blocks them; none is written at all.
    const FORBIDDEN: [&str; 9] = [
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "srcdoc",
        "DOMParser",
        "eval(",
        "new Function",
        ".setAttribute(\"style\"",
    ];

    #[test]
    fn no_script_creates_elements_from_text() {
        for (name, _, text) in ASSETS {
            for forbidden in FORBIDDEN {
                assert!(!text.contains(forbidden), "{name}: {forbidden}");
            }
        }
    }

    #[test]
    fn no_file_names_another_origin() {
        let own = ["http://www.w3.org/2000/svg", "http://127.0.0.1"];
        for (name, _, text) in ASSETS.iter().chain([&("index.html", "", PAGE)]) {
            let text = own
                .iter()
                .fold((*text).to_owned(), |text, own| text.replace(own, ""));
            assert!(
                !text.contains("http:") && !text.contains("https:"),
                "{name}"
            );
            assert!(
                !text.contains("url(") && !text.contains("@import"),
                "{name}"
            );
        }
    }

    #[test]
    fn the_page_has_no_script_or_style_of_its_own() {
        assert_eq!(PAGE.matches(TOKEN_PLACE).count(), 1);
        assert!(
            !PAGE.contains("<style") && !PAGE.contains(" style=") && !PAGE.contains("<script>")
        );
        let mut words = PAGE.split_whitespace();
        assert!(words.all(|word| !(word.starts_with("on") && word.contains('='))));
        assert_eq!(
            PAGE.matches("<script").count(),
            PAGE.matches("<script src=").count()
        );
    }

    #[test]
    fn every_imported_script_exists() {
        for (name, _, text) in ASSETS {
            for import in text.split("from \"./").skip(1) {
                let imported = import.split('"').next().unwrap_or_default();
                let exists = ASSETS.iter().any(|(name, ..)| *name == imported);
                assert!(exists, "{name} imports {imported}");
            }
        }
    }
}
