use crate::Error;
use crate::model::Model;
pub(crate) fn generate(_: &Model) -> Result<syn::File, Error> {
    Ok(syn::parse_quote!())
}
