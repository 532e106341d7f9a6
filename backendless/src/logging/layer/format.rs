//! Events and spans as text.

use std::error::Error;
use std::fmt::{self, Debug, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

use tracing::Event;
use tracing::field::{Field, Visit};

/// Maximum length of a text in bytes.
const MAX_TEXT: usize = 16 * 1024;

/// The field that becomes the exception of a message.
const ERROR: &str = "error";

/// The fields of a span, as text.
pub(super) struct SpanFields {
    /// The layer that stored the fields.
    layer: usize,
    text: Text,
}

impl SpanFields {
    pub(super) fn new(layer: usize, fields: String) -> Self {
        let mut text = Text::default();
        text.push(&fields);
        Self { layer, text }
    }

    /// Adds fields that were recorded later. Another layer adds them as well, and only the first one has an effect.
    pub(super) fn append(&mut self, layer: usize, fields: &str) {
        if layer == self.layer {
            self.text.push(fields);
        }
    }
}

/// Returns a span in the text of an event: `name{field=value}: `.
pub(super) fn span(name: &str, fields: Option<&SpanFields>) -> String {
    match fields.map(|fields| fields.text.to_string()) {
        Some(fields) if !fields.is_empty() => format!("{name}{{{}}}: ", fields.trim_start()),
        _ => format!("{name}: "),
    }
}

/// Returns fields as ` name=value ..`; nothing if the `Debug` of one of them panics.
pub(super) fn fields(record: impl FnOnce(&mut dyn Visit)) -> String {
    let fields = visit(record);
    let fields = fields.map(|fields| fields.all().to_string());
    fields.unwrap_or_default()
}

/// An event as text.
pub(super) struct Formatted {
    pub(super) logger: String,
    pub(super) text: String,
    pub(super) exception: Option<String>,
}

/// Returns an event as text, behind its spans; `None` if the `Debug` of a field panics.
pub(super) fn event(event: &Event<'_>, spans: &str) -> Option<Formatted> {
    let fields = visit(|visitor| event.record(visitor))?;
    let mut text = Text::default();
    text.push(spans);
    text.push(&fields.message.to_string());
    text.push(&fields.others.to_string());
    let target = fields.target;
    Some(Formatted {
        logger: target.unwrap_or_else(|| event.metadata().target().to_owned()),
        // Without a message, the text begins with the space before the first field.
        text: text.to_string().trim_start().to_owned(),
        exception: fields.exception.map(|text| text.to_string()),
    })
}

fn visit(record: impl FnOnce(&mut dyn Visit)) -> Option<Fields> {
    catch_unwind(AssertUnwindSafe(|| {
        let mut fields = Fields::default();
        record(&mut fields);
        fields
    }))
    .ok()
}

/// The fields of an event or a span.
#[derive(Default)]
struct Fields {
    message: Text,
    others: Text,
    exception: Option<Text>,
    /// The target of a record of the crate `log`.
    target: Option<String>,
}

impl Fields {
    /// Returns the fields of a span, which has no message and no exception.
    fn all(self) -> Text {
        let mut text = self.others;
        for (name, value) in [("message", Some(self.message)), (ERROR, self.exception)] {
            let value = value.map(|value| value.to_string());
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                text.push(&format!(" {name}={value}"));
            }
        }
        text
    }

    fn add(&mut self, field: &Field, value: fmt::Arguments<'_>) {
        let text = match field.name() {
            "message" => &mut self.message,
            ERROR => self.exception.get_or_insert_default(),
            // Fields that the crate tracing-log adds.
            name if name.starts_with("log.") => return,
            name => {
                self.others.push(&format!(" {name}="));
                &mut self.others
            }
        };
        text.append(value);
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.add(field, format_args!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "log.target" => self.target = Some(value.to_owned()),
            "message" | ERROR => self.add(field, format_args!("{value}")),
            _ => self.add(field, format_args!("{value:?}")),
        }
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        self.add(field, format_args!("{value}"));
        let mut source = value.source();
        while let Some(cause) = source {
            let text = match field.name() {
                "message" => &mut self.message,
                ERROR => self.exception.get_or_insert_default(),
                _ => &mut self.others,
            };
            text.append(format_args!(": {cause}"));
            source = cause.source();
        }
    }
}

/// Text of limited length. What exceeds it is counted and not stored.
#[derive(Default)]
struct Text {
    text: String,
    omitted: usize,
}

impl Text {
    fn push(&mut self, text: &str) {
        let mut fits = text.len().min(MAX_TEXT - self.text.len());
        if self.omitted > 0 {
            fits = 0;
        }
        while !text.is_char_boundary(fits) {
            fits -= 1;
        }
        self.text.push_str(&text[..fits]);
        self.omitted += text.len() - fits;
    }

    /// Appends formatted values. A failed `Display` ends its text.
    fn append(&mut self, text: fmt::Arguments<'_>) {
        let _ = self.write_fmt(text);
    }
}

impl Write for Text {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.push(text);
        Ok(())
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.omitted {
            0 => f.write_str(&self.text),
            omitted => write!(f, "{} … ({omitted} bytes omitted)", self.text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_TEXT, Text};

    #[test]
    fn text_is_truncated_at_a_character_and_states_what_is_omitted() {
        let mut text = Text::default();
        text.push(&"a".repeat(MAX_TEXT - 1));
        text.push("ü");
        text.push("b");
        let shown = text.to_string();
        assert!(
            shown.ends_with("aa … (3 bytes omitted)"),
            "{}",
            &shown[MAX_TEXT - 10..]
        );
        assert_eq!(text.text.len(), MAX_TEXT - 1);

        let mut text = Text::default();
        text.push(&"ü".repeat(MAX_TEXT));
        assert_eq!((text.text.len(), text.omitted), (MAX_TEXT, MAX_TEXT));
    }
}
