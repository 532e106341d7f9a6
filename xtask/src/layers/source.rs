//! Reads the modules and imports of one source file.

use super::lexer::{Token, tokens};

/// A module as written in one file.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Module {
    /// Names of the modules that have a file of their own.
    pub(crate) files: Vec<String>,
    /// Modules written inside this file.
    pub(crate) inline: Vec<(String, Module)>,
    pub(crate) imports: Vec<Import>,
}

/// A path that a module imports or names in its code.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Import {
    /// Segments as written, such as `crate`, `data`, `Find`. The path of a glob ends before the `*`.
    pub(crate) path: Vec<String>,
    pub(crate) name: Name,
    /// Whether it is a re-export: `pub use` or `pub(crate) use`.
    pub(crate) public: bool,
    pub(crate) line: usize,
}

/// The name that an import adds to its module.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Name {
    /// None: the path is used in code, or imported as `_`.
    None,
    Named(String),
    Glob,
}

/// Macros whose input is code of another crate.
const QUOTES: &[&str] = &["parse_quote", "quote", "quote_spanned"];

/// Reads a file. Items under `#[cfg(test)]` are ignored.
pub(crate) fn read(source: &str) -> Module {
    let mut reader = Reader {
        tokens: tokens(source),
        at: 0,
    };
    reader.module()
}

struct Reader {
    tokens: Vec<Token>,
    at: usize,
}

impl Reader {
    fn text(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| token.text.as_str())
    }

    fn is_identifier(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(Token::is_identifier)
    }

    /// Reads a module up to the end of the file, or to the closing brace of an inline module.
    fn module(&mut self) -> Module {
        let mut module = Module::default();
        let mut depth = 0_usize;
        while self.at < self.tokens.len() {
            match self.text(self.at) {
                "{" => depth += 1,
                "}" if depth == 0 => break,
                "}" => depth -= 1,
                "#" => {
                    self.skip_attribute();
                    continue;
                }
                "mod" if self.is_identifier(self.at + 1) => {
                    self.declaration(&mut module);
                    continue;
                }
                "use" => {
                    self.import(&mut module.imports);
                    continue;
                }
                "crate" | "super" | "self" => {
                    self.path_in_code(&mut module.imports);
                    continue;
                }
                name if QUOTES.contains(&name) && self.text(self.at + 1) == "!" => {
                    self.at += 2;
                    self.skip_brackets();
                    continue;
                }
                _ => {}
            }
            self.at += 1;
        }
        module
    }

    /// Skips an attribute, and the item after it if that is compiled only for tests.
    fn skip_attribute(&mut self) {
        let start = self.at;
        self.at += 1;
        if self.text(self.at) == "!" {
            self.at += 1;
        }
        if self.text(self.at) != "[" {
            return;
        }
        self.skip_brackets();
        if is_for_tests(&self.tokens[start..self.at]) {
            self.skip_item();
        }
    }

    /// Skips an opening bracket and everything up to the closing one.
    fn skip_brackets(&mut self) {
        let mut depth = 0_usize;
        while self.at < self.tokens.len() {
            match self.text(self.at) {
                "(" | "[" | "{" => depth += 1,
                ")" | "]" | "}" => depth = depth.saturating_sub(1),
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return;
            }
        }
    }

    /// Skips an item: up to its semicolon or its closing brace.
    fn skip_item(&mut self) {
        let mut import = false;
        while self.at < self.tokens.len() {
            match self.text(self.at) {
                ";" => {
                    self.at += 1;
                    return;
                }
                "}" => return,
                "{" if !import => return self.skip_brackets(),
                "(" | "[" | "{" => {
                    self.skip_brackets();
                    continue;
                }
                "use" => import = true,
                _ => {}
            }
            self.at += 1;
        }
    }

    /// Reads `mod name;` or `mod name { .. }`.
    fn declaration(&mut self, module: &mut Module) {
        let name = self.text(self.at + 1).to_owned();
        let opening = self.text(self.at + 2) == "{";
        self.at += 3;
        if opening {
            let inline = self.module();
            module.inline.push((name, inline));
            self.at += 1;
        } else {
            module.files.push(name);
        }
    }

    fn import(&mut self, imports: &mut Vec<Import>) {
        let public = self.at > 0 && self.is_public(self.at - 1);
        self.at += 1;
        // `use<'a>` of an `impl Trait` captures parameters.
        if self.text(self.at) == "<" {
            return;
        }
        if self.text(self.at) == "::" {
            // The path of another crate.
            return self.skip_item();
        }
        let first = imports.len();
        self.tree(&[], imports);
        for import in &mut imports[first..] {
            import.public = public;
        }
    }

    /// Whether the token at `end` is the last one of a visibility, such as `pub` or `pub(crate)`.
    fn is_public(&self, end: usize) -> bool {
        if self.text(end) != ")" {
            return self.text(end) == "pub";
        }
        let mut at = end;
        while at > 0 && self.text(at) != "(" {
            at -= 1;
        }
        at > 0 && self.text(at - 1) == "pub"
    }

    /// Reads a use tree: `a::b`, `a::b as c`, `a::*` or `a::{..}`.
    fn tree(&mut self, prefix: &[String], imports: &mut Vec<Import>) {
        let mut path = prefix.to_vec();
        let mut line = self.tokens.get(self.at).map_or(0, |token| token.line);
        while self.at < self.tokens.len() {
            match self.text(self.at) {
                "{" => return self.group(&path, imports),
                "*" => {
                    self.at += 1;
                    imports.push(import(path, Name::Glob, line));
                    return;
                }
                "::" => {}
                _ if self.tokens[self.at].is_identifier() && self.text(self.at) != "as" => {
                    line = self.tokens[self.at].line;
                    path.push(self.text(self.at).to_owned());
                }
                _ => break,
            }
            self.at += 1;
        }
        // `a::{self}` imports `a`.
        if path.len() > 1 && path.last().is_some_and(|last| last == "self") {
            path.pop();
        }
        let mut name = path.last().cloned().unwrap_or_default();
        if self.text(self.at) == "as" {
            name = self.text(self.at + 1).to_owned();
            self.at += 2;
        }
        let name = if name == "_" {
            Name::None
        } else {
            Name::Named(name)
        };
        imports.push(import(path, name, line));
    }

    fn group(&mut self, path: &[String], imports: &mut Vec<Import>) {
        self.at += 1;
        while self.at < self.tokens.len() {
            match self.text(self.at) {
                "}" => {
                    self.at += 1;
                    return;
                }
                "," => self.at += 1,
                _ => self.tree(path, imports),
            }
        }
    }

    /// Reads a path in code, such as `crate::a::B`. `pub(in crate::a)` is a visibility, not an import.
    fn path_in_code(&mut self, imports: &mut Vec<Import>) {
        let visibility = self.at > 0 && self.text(self.at - 1) == "in";
        let line = self.tokens[self.at].line;
        let mut path = vec![self.text(self.at).to_owned()];
        self.at += 1;
        while self.text(self.at) == "::" && self.is_identifier(self.at + 1) {
            path.push(self.text(self.at + 1).to_owned());
            self.at += 2;
        }
        if path.len() > 1 && !visibility {
            imports.push(import(path, Name::None, line));
        }
    }
}

fn import(path: Vec<String>, name: Name, line: usize) -> Import {
    Import {
        path,
        name,
        public: false,
        line,
    }
}

/// Whether an attribute is `cfg(test)` or `cfg(all(test, ..))`. Items under `cfg(any(test, ..))` are
/// compiled without tests, too.
fn is_for_tests(attribute: &[Token]) -> bool {
    let texts: Vec<&str> = attribute.iter().map(|token| token.text.as_str()).collect();
    let texts = texts.strip_prefix(&["#"]).unwrap_or(&texts);
    matches!(texts, ["[", "cfg", "(", "test", ")", "]"])
        || matches!(texts, ["[", "cfg", "(", "all", "(", rest @ ..] if rest.contains(&"test") && !rest.contains(&"not"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the imports as text, each with its line.
    fn imports(module: &Module) -> Vec<String> {
        let text = |import: &Import| {
            let name = match &import.name {
                Name::None => String::new(),
                Name::Named(name) => format!(" = {name}"),
                Name::Glob => " = *".to_owned(),
            };
            let public = if import.public { "pub " } else { "" };
            format!("{}: {public}{}{name}", import.line, import.path.join("::"))
        };
        module.imports.iter().map(text).collect()
    }

    #[test]
    fn imports_are_read_with_their_names_and_lines() {
        let module = read(
            "use crate::a::{b::C, d::{self, E as F},
                 g::*};
             pub(crate) use super::H;
             use ::serde::Serialize;
             pub use i::J as _;",
        );
        assert_eq!(
            imports(&module),
            [
                "1: crate::a::b::C = C",
                "1: crate::a::d = d",
                "1: crate::a::d::E = F",
                "2: crate::a::g = *",
                "3: pub super::H = H",
                "5: pub i::J",
            ]
        );
    }

    #[test]
    fn paths_in_code_are_imports_and_visibilities_are_not() {
        let module = read(
            "pub(in crate::a) fn f(self) -> impl Sized + use<> { self.x; crate::b::c(super::D::new()) }
             fn g() { quote! { use crate::e; } }",
        );
        assert_eq!(imports(&module), ["1: crate::b::c", "1: super::D::new"]);
    }

    #[test]
    fn items_for_tests_are_ignored() {
        let module = read(
            "#[cfg(test)] use a::{b};
             #[cfg(test)] mod tests { use c; }
             #[cfg(test)] #[derive(Debug)] struct S;
             #[cfg(all(test, unix))] fn f(x: [u8; 3]) { crate::d::e() }
             #[cfg(test)] mod more;
             #[cfg(feature = \"g\")] mod h { use i; }
             #[cfg(not(test))] mod k;
             #[cfg(any(test, fuzzing))] use l;",
        );
        assert_eq!(imports(&module), ["8: l = l"]);
        assert_eq!(module.files, ["k"]);
        let [(name, inline)] = module.inline.as_slice() else {
            panic!("{module:?}");
        };
        assert_eq!(
            (name.as_str(), imports(inline)),
            ("h", vec!["6: i = i".to_owned()])
        );
    }
}
