//! The caller's own types.

use syn::visit_mut::{self, VisitMut};
use syn::{ImplItemFn, TypePath, parse_quote};

use super::{Context, Pass, each_operation};
use crate::Error;

pub(super) const PASS: Pass = Pass {
    id: "generics",
    why: "the rule `open-schemas` leaves the names `B` and `T` where the caller's types stand; a function that uses one \
          has to declare it",
    apply,
};

fn apply(context: &Context<'_>, file: &mut syn::File) -> Result<(), Error> {
    each_operation(context, file, |_, method| {
        rewrite(method);
        Ok(())
    })
}

fn rewrite(method: &mut ImplItemFn) {
    let declared: Vec<String> = method
        .sig
        .generics
        .type_params()
        .map(|param| param.ident.to_string())
        .collect();
    let mut used = Used::default();
    used.visit_signature_mut(&mut method.sig);
    // A body of bytes has declared a `B` of its own.
    if used.body && !declared.iter().any(|name| name == "B") {
        method
            .sig
            .generics
            .params
            .push(parse_quote!(B: ::serde::Serialize + ?Sized));
    }
    if used.value {
        method
            .sig
            .generics
            .params
            .push(parse_quote!(T: ::serde::de::DeserializeOwned));
    }
}

/// Which of the two names a signature uses.
#[derive(Default)]
struct Used {
    body: bool,
    value: bool,
}

impl VisitMut for Used {
    fn visit_type_path_mut(&mut self, path: &mut TypePath) {
        self.body |= path.path.is_ident("B");
        self.value |= path.path.is_ident("T");
        visit_mut::visit_type_path_mut(self, path);
    }
}
